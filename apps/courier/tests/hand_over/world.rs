//! A payroll PC, a vault and a companion between them.

use crate::{
    network::Network,
    programs::{Courier, Payroll},
};
use mynumber::Purpose;
use protocol::foreign::{FOLDER, IDENTITY};
use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
};
use transfer::{
    Bundle, BundleTerms, Companion, CompanionId, Date, Enrolment, EntryId, HandOverId, Hardware,
    PcKey, Receipt, SigningKey, Terms, VaultKey, VolumeNonce, Whitelist, approve, introduce, seal,
    sign, verify,
};

/// Nobody's user id on usual machines.
pub const USER: u32 = 54_321;
/// 山田 太郎 and a number of the allow-list for tests.
pub const CSV: &str = "社員番号,続柄,氏名,フリガナ,生年月日,個人番号\r\n0001,本人,山田 太郎,ヤマダ タロウ,1990-04-01,123456789018\r\n";

/// A payroll PC, a vault, and a companion between them.
pub struct World {
    pub folder: tempfile::TempDir,
    pub network: Network,
    pub vault: SigningKey,
    pub program: PathBuf,
    pub now: i64,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The user has to reach the program and the room.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = folder
            .path()
            .join(format!("kyuyo-{}", HandOverId::random()));
        copy_program(&program);
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs() as i64;
        let world = World {
            folder,
            network: Network::new(),
            vault: SigningKey::from_bytes(&[7; 32]),
            program,
            now,
        };
        fs::create_dir_all(world.on_stick("")).unwrap();
        world.insert_stick();
        world
    }

    pub fn on_stick(&self, path: &str) -> PathBuf {
        self.folder.path().join("stick").join(FOLDER).join(path)
    }

    pub fn room(&self) -> PathBuf {
        self.folder.path().join("room")
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub fn insert_stick(&self) {
        let identity = Companion {
            companion: CompanionId::from_bytes([3; 16]),
            vault_key: VaultKey::of(&self.vault),
            vault_name: "山田商店".parse().unwrap(),
            hardware: Hardware::new(0x0951, 0x1666, "Kingston", "DataTraveler", "60A4").unwrap(),
            size_bytes: 8 << 30,
            volume_nonce: VolumeNonce::from_bytes([4; 16]),
            registered_unix: 1_790_000_000,
        };
        let identity = sign(identity, &self.vault).unwrap();
        fs::write(self.on_stick(IDENTITY), identity.bytes()).unwrap();
    }

    pub fn pull_stick(&self) {
        fs::remove_file(self.on_stick(IDENTITY)).unwrap();
    }

    pub fn courier(&self, arguments: &[&str]) -> Command {
        let mut command = self.network.command(true, env!("CARGO_BIN_EXE_courier"));
        command
            .args(arguments)
            .arg("--state")
            .arg(self.state())
            .arg("--room")
            .arg(self.room())
            .stdin(Stdio::null());
        if arguments[0] != "sweep" {
            command.arg("--stick").arg(self.folder.path().join("stick"));
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.courier(arguments).output().unwrap()
    }

    /// With a PC that is enrolled and a bundle for it on the companion.
    pub fn with_bundle() -> (Self, transfer::Verified<Whitelist>, Bundle) {
        let world = Self::new();
        let entry = world.enrol();
        let bundle = world.bundle(&entry);
        (world, entry, bundle)
    }

    /// The permitted program runs, and the courier has put the file: where it is.
    pub fn receive_beside_program(&self, more: &[&str]) -> (Payroll, Courier, String) {
        let payroll = self.start_program();
        let courier = self.start_receive(more);
        let file = courier.file();
        (payroll, courier, file)
    }

    pub fn start_receive(&self, more: &[&str]) -> Courier {
        let mut child = self
            .courier(&[&["receive"], more].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Courier {
            child,
            lines,
            room: self.room(),
        }
    }

    /// Enrols, compares the words, approves.
    pub fn enrol(&self) -> transfer::Verified<Whitelist> {
        let output = self.run(&[
            "enroll",
            "--program",
            self.program.to_str().unwrap(),
            "--name",
            "経理のPC",
        ]);
        assert!(output.status.success(), "{}", errors(&output));
        let [request] = files(&self.on_stick("ENROL")).try_into().unwrap();
        let request = introduce::<Enrolment>(&fs::read(request).unwrap()).unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(shown.contains(&request.comparison_words().join(" ・ ")));

        let terms = Terms {
            format: "general-csv.1".parse().unwrap(),
            fields: vec!["individual_number".parse().unwrap()],
            purpose: Purpose::ALL[0],
            expires: Date::at(self.now + 30 * 86_400).unwrap(),
            issued_unix: self.now - 60,
        };
        let entry = approve(
            &request,
            &VaultKey::of(&self.vault),
            EntryId::random(),
            terms,
        )
        .unwrap();
        let entry = sign(entry, &self.vault).unwrap();
        fs::create_dir_all(self.on_stick("APPROVED")).unwrap();
        let name = format!("APPROVED/{}.KAP", entry.entry);
        fs::write(self.on_stick(&name), entry.bytes()).unwrap();
        entry
    }

    pub fn bundle(&self, entry: &transfer::Verified<Whitelist>) -> Bundle {
        self.bundle_until(entry, self.now + 86_400)
    }

    pub fn bundle_until(&self, entry: &transfer::Verified<Whitelist>, expires_unix: i64) -> Bundle {
        let terms = BundleTerms {
            hand_over: HandOverId::random(),
            people: 1,
            file_name: "kuramori.csv".parse().unwrap(),
            created_unix: self.now - 50,
            expires_unix,
        };
        let bundle = seal(entry, terms, CSV.as_bytes(), &self.vault).unwrap();
        self.put_bundle(&bundle);
        bundle
    }

    pub fn bundle_path(&self, bundle: &Bundle) -> PathBuf {
        self.on_stick(&format!("BUNDLES/{}.KBN", bundle.manifest().hand_over))
    }

    pub fn put_bundle(&self, bundle: &Bundle) {
        fs::create_dir_all(self.on_stick("BUNDLES")).unwrap();
        fs::write(self.bundle_path(bundle), bundle.bytes()).unwrap();
    }

    pub fn receipt(&self, entry: &Whitelist, bundle: &Bundle) -> Option<Receipt> {
        let path = self.on_stick(&format!("RECEIPTS/{}.KRC", bundle.manifest().hand_over));
        let bytes = fs::read(path).ok()?;
        let key: PcKey = entry.pc_key;
        Some((*verify::<Receipt>(&bytes, &key).unwrap()).clone())
    }

    pub fn start_program(&self) -> Payroll {
        self.start(&self.program)
    }

    pub fn start(&self, program: &Path) -> Payroll {
        Payroll::of(self.as_user(program))
    }

    pub fn as_user(&self, program: &Path) -> Command {
        let mut command = self.network.command(true, "setpriv");
        let user = USER.to_string();
        command
            .args(["--reuid", &user, "--regid", &user, "--clear-groups"])
            .arg(program);
        command
    }

    pub fn assert_clean(&self) {
        assert!(!self.network.is_cut(), "the network is restored");
        assert!(files(&self.room()).is_empty(), "the room is empty");
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        assert!(
            !mounts.contains(self.room().to_str().unwrap()),
            "nothing is mounted"
        );
        assert!(!self.state().join("journal").exists(), "no journal");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Only after a test that failed in the middle.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.room())
            .stderr(Stdio::null())
            .status();
    }
}

pub fn copy_program(to: &Path) {
    let mut bytes = fs::read(env!("CARGO_BIN_EXE_stand-in-payroll")).unwrap();
    // A program of its own for each test: the trailer changes nothing but the hash.
    bytes.extend_from_slice(HandOverId::random().to_string().as_bytes());
    fs::write(to, bytes).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).unwrap();
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect()
}

pub fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
