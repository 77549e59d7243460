//! The real courier, as root, on this kernel: nftables, fanotify, tmpfs, a program of
//! another user, and traffic between two network namespaces.
//!
//! Every test has its own pair of network namespaces, state, room and program, so the
//! network of the machine that runs the tests is never cut. Without root none of this
//! can be tried; the tests then say so and pass.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

use mynumber::Purpose;
use protocol::foreign::{FOLDER, IDENTITY};
use rustix::{
    process::{Pid, Signal, kill_process},
    thread::{LinkNameSpaceType, move_into_link_name_space},
};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    os::{fd::AsFd, unix::fs::PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};
use transfer::{
    Bundle, BundleTerms, Companion, CompanionId, Date, Enrolment, EntryId, HandOverId, Hardware,
    Outcome, PcKey, Receipt, Sha256, SigningKey, Terms, VaultKey, VolumeNonce, Whitelist, approve,
    introduce, seal, sign, verify,
};

/// Nobody's user id on usual machines.
const USER: u32 = 54_321;
/// 山田 太郎 and a number of the allow-list for tests.
const CSV: &str = "社員番号,続柄,氏名,フリガナ,生年月日,個人番号\r\n0001,本人,山田 太郎,ヤマダ タロウ,1990-04-01,123456789018\r\n";
/// Long enough that a packet which is let through arrives, on a loaded machine too.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a packet that must not arrive is waited for.
const SILENCE: Duration = Duration::from_millis(400);

/// Says why a test does nothing, when it does nothing.
macro_rules! needs_root {
    () => {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: cutting a network, mounting and fanotify need root");
            return;
        }
    };
}

// ---- the world ---------------------------------------------------------------------

/// Two network namespaces joined by a cable. The payroll PC lives in the first.
struct Network {
    pc: Child,
    peer: Child,
}

const PC_ADDRESS: &str = "10.99.0.1";
const PEER_ADDRESS: &str = "10.99.0.2";

impl Network {
    fn new() -> Self {
        let holder = || {
            let mut child = Command::new("unshare")
                .args(["--net", "--", "sh", "-c", "echo ready; exec sleep infinity"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap())
                .read_line(&mut line)
                .unwrap();
            assert_eq!(line, "ready\n");
            child
        };
        let network = Network {
            pc: holder(),
            peer: holder(),
        };
        let peer = network.peer.id().to_string();
        network.ip(
            true,
            &[
                "link", "add", "cable0", "type", "veth", "peer", "name", "cable1", "netns", &peer,
            ],
        );
        for (pc, name, address) in [
            (true, "cable0", PC_ADDRESS),
            (false, "cable1", PEER_ADDRESS),
        ] {
            network.ip(
                pc,
                &["address", "add", &format!("{address}/24"), "dev", name],
            );
            network.ip(pc, &["link", "set", name, "up"]);
            network.ip(pc, &["link", "set", "lo", "up"]);
        }
        network
    }

    fn file(&self, pc: bool) -> PathBuf {
        let holder = if pc { &self.pc } else { &self.peer };
        format!("/proc/{}/ns/net", holder.id()).into()
    }

    /// A command that runs on the payroll PC or its peer.
    fn command(&self, pc: bool, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net={}", self.file(pc).display()))
            .arg("--")
            .arg(program.as_ref());
        command
    }

    fn ip(&self, pc: bool, arguments: &[&str]) {
        let status = self.command(pc, "ip").args(arguments).status().unwrap();
        assert!(status.success(), "ip {arguments:?}");
    }

    fn nft(&self, arguments: &[&str]) -> Output {
        self.command(true, "/usr/sbin/nft")
            .args(arguments)
            .output()
            .unwrap()
    }

    fn is_cut(&self) -> bool {
        let tables = self.nft(&["list", "tables"]);
        String::from_utf8(tables.stdout)
            .unwrap()
            .contains("inet kuramori")
    }

    /// Runs `work` in a thread that lives on the payroll PC or its peer.
    fn on<T: Send + 'static>(&self, pc: bool, work: impl FnOnce() -> T + Send + 'static) -> T {
        let namespace = File::open(self.file(pc)).unwrap();
        thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            work()
        })
        .join()
        .unwrap()
    }

    fn cable(&self) -> Cable {
        let peer = self.on(false, || UdpSocket::bind((PEER_ADDRESS, 0)).unwrap());
        let peer_listener = self.on(false, || TcpListener::bind((PEER_ADDRESS, 0)).unwrap());
        let pc = self.on(true, || UdpSocket::bind((PC_ADDRESS, 0)).unwrap());
        let pc_loopback = self.on(true, || {
            (
                UdpSocket::bind(("127.0.0.1", 0)).unwrap(),
                UdpSocket::bind(("127.0.0.1", 0)).unwrap(),
            )
        });
        let to = peer_listener.local_addr().unwrap();
        let open = self.on(true, move || {
            TcpStream::connect_timeout(&to, PATIENCE).unwrap()
        });
        let (accepted, _) = peer_listener.accept().unwrap();
        Cable {
            pc,
            peer,
            pc_loopback,
            open,
            accepted,
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for child in [&mut self.pc, &mut self.peer] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Sockets at both ends, made while the network was whole.
struct Cable {
    pc: UdpSocket,
    peer: UdpSocket,
    pc_loopback: (UdpSocket, UdpSocket),
    open: TcpStream,
    accepted: TcpStream,
}

fn arrives(from: &UdpSocket, to: &UdpSocket, within: Duration) -> bool {
    to.set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let mut buffer = [0; 16];
    while to.recv(&mut buffer).is_ok() {}
    // Refused by the cut, sending fails at once; that is no arrival.
    let _ = from.send_to(b"packet", to.local_addr().unwrap());
    to.set_read_timeout(Some(within)).unwrap();
    matches!(to.recv(&mut buffer), Ok(6))
}

impl Cable {
    fn assert_passes(&self) {
        assert!(arrives(&self.pc, &self.peer, PATIENCE), "out");
        assert!(arrives(&self.peer, &self.pc, PATIENCE), "in");
        self.assert_connection_passes();
    }

    /// Whatever a cut held back is sent again once it is gone.
    fn assert_connection_passes(&self) {
        use std::io::Read;
        (&self.open).write_all(b"x").unwrap();
        self.accepted.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut byte = [0];
        (&self.accepted).read_exact(&mut byte).unwrap();
    }

    fn assert_cut(&self) {
        assert!(!arrives(&self.pc, &self.peer, SILENCE), "out");
        assert!(!arrives(&self.peer, &self.pc, SILENCE), "in");
        assert!(
            arrives(&self.pc_loopback.0, &self.pc_loopback.1, PATIENCE),
            "loopback stays"
        );
        use std::io::Read;
        // A connection that was open before is cut like a new one. The byte stays queued.
        (&self.open).write_all(b"x").unwrap();
        self.accepted.set_read_timeout(Some(SILENCE)).unwrap();
        assert!((&self.accepted).read(&mut [0]).is_err(), "open connection");
    }
}

/// The permitted program, running as a user, obeying us.
struct Payroll {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Payroll {
    fn of(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut payroll = Payroll {
            child,
            input,
            output,
        };
        // It answers, so it has replaced the commands before it.
        assert_eq!(payroll.ask("release"), "released");
        payroll
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    fn read(&mut self, path: &str) -> String {
        self.ask(&format!("read {path}"))
    }

    fn end(&mut self) {
        self.input = None;
        self.child.wait().unwrap();
    }
}

impl Drop for Payroll {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `courier receive`, under way.
struct Courier {
    child: Child,
    lines: mpsc::Receiver<String>,
    room: PathBuf,
}

struct Done {
    code: Option<i32>,
    errors: String,
}

impl Courier {
    /// Waits for the line that says where the file is.
    fn file(&self) -> String {
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .expect("the place of the file");
            if line.starts_with(self.room.to_str().unwrap()) {
                return line;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Kills the courier and its sentinel, as a power cut does.
    fn crash(self) {
        let pid = self.child.id();
        // It must not start another process between the two.
        self.signal(Signal::STOP);
        wait_until(|| {
            fs::read_to_string(format!("/proc/{pid}/stat"))
                .unwrap()
                .contains(") T ")
        });
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        let children: Vec<i32> = children.split(' ').filter_map(|c| c.parse().ok()).collect();
        assert!(!children.is_empty(), "it has a sentinel");
        for child in children {
            kill_process(Pid::from_raw(child).unwrap(), Signal::KILL).unwrap();
        }
        self.signal(Signal::KILL);
        assert_eq!(self.wait().code, None);
    }

    fn wait(self) -> Done {
        let output = self.child.wait_with_output().unwrap();
        Done {
            code: output.status.code(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A payroll PC, a vault, and a companion between them.
struct World {
    folder: tempfile::TempDir,
    network: Network,
    vault: SigningKey,
    program: PathBuf,
    now: i64,
}

impl World {
    fn new() -> Self {
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

    fn on_stick(&self, path: &str) -> PathBuf {
        self.folder.path().join("stick").join(FOLDER).join(path)
    }

    fn room(&self) -> PathBuf {
        self.folder.path().join("room")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn insert_stick(&self) {
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

    fn pull_stick(&self) {
        fs::remove_file(self.on_stick(IDENTITY)).unwrap();
    }

    fn courier(&self, arguments: &[&str]) -> Command {
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

    fn run(&self, arguments: &[&str]) -> Output {
        self.courier(arguments).output().unwrap()
    }

    fn start_receive(&self, more: &[&str]) -> Courier {
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
    fn enrol(&self) -> transfer::Verified<Whitelist> {
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

    fn bundle(&self, entry: &transfer::Verified<Whitelist>) -> Bundle {
        self.bundle_until(entry, self.now + 86_400)
    }

    fn bundle_until(&self, entry: &transfer::Verified<Whitelist>, expires_unix: i64) -> Bundle {
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

    fn bundle_path(&self, bundle: &Bundle) -> PathBuf {
        self.on_stick(&format!("BUNDLES/{}.KBN", bundle.manifest().hand_over))
    }

    fn put_bundle(&self, bundle: &Bundle) {
        fs::create_dir_all(self.on_stick("BUNDLES")).unwrap();
        fs::write(self.bundle_path(bundle), bundle.bytes()).unwrap();
    }

    fn receipt(&self, entry: &Whitelist, bundle: &Bundle) -> Option<Receipt> {
        let path = self.on_stick(&format!("RECEIPTS/{}.KRC", bundle.manifest().hand_over));
        let bytes = fs::read(path).ok()?;
        let key: PcKey = entry.pc_key;
        Some((*verify::<Receipt>(&bytes, &key).unwrap()).clone())
    }

    fn start_program(&self) -> Payroll {
        self.start(&self.program)
    }

    fn start(&self, program: &Path) -> Payroll {
        Payroll::of(self.as_user(program))
    }

    fn as_user(&self, program: &Path) -> Command {
        let mut command = self.network.command(true, "setpriv");
        let user = USER.to_string();
        command
            .args(["--reuid", &user, "--regid", &user, "--clear-groups"])
            .arg(program);
        command
    }

    fn assert_clean(&self) {
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

fn copy_program(to: &Path) {
    let mut bytes = fs::read(env!("CARGO_BIN_EXE_stand-in-payroll")).unwrap();
    // A program of its own for each test: the trailer changes nothing but the hash.
    bytes.extend_from_slice(HandOverId::random().to_string().as_bytes());
    fs::write(to, bytes).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).unwrap();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

// ---- the tests ---------------------------------------------------------------------

#[test]
fn the_permitted_program_reads_the_file_with_the_network_cut_and_nobody_else_does() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let cable = world.network.cable();
    cable.assert_passes();
    let mut payroll = world.start_program();

    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(file.ends_with("/kuramori.csv"));
    cable.assert_cut();
    // Another program of the same user, and root.
    let other = world
        .as_user(Path::new("/bin/cat"))
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!((other.status.success(), other.stdout.len()), (false, 0));
    assert!(
        errors(&other).contains("Operation not permitted"),
        "{}",
        errors(&other)
    );
    let root = Command::new("/bin/cat").arg(&file).output().unwrap();
    assert_eq!((root.status.success(), root.stdout.len()), (false, 0));
    // A copy of the program that differs by one byte.
    let changed = world.folder.path().join("kyuyo2");
    copy_program(&changed);
    assert_eq!(world.start(&changed).read(&file), "failed 1", "EPERM");
    let expected = format!("read {} {}", CSV.len(), Sha256::of(CSV.as_bytes()));
    assert_eq!(payroll.read(&file), expected);
    assert_eq!(payroll.read(&file), expected, "twice within the grace");

    let done = courier.wait();
    assert_eq!(done.code, Some(0), "{}", done.errors);
    assert!(!Path::new(&file).exists());
    world.assert_clean();
    cable.assert_passes();

    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::ReadAndDeleted);
    assert_eq!(receipt.hand_over, bundle.manifest().hand_over);
    assert_eq!(receipt.program, entry.program);
    assert_eq!(receipt.user.as_str(), format!("uid {USER}"));
    assert!(receipt.opened_unix.unwrap() <= receipt.deleted_unix.unwrap());
    assert!(
        !world.bundle_path(&bundle).exists(),
        "the bundle is removed"
    );
}

#[test]
fn a_descriptor_handed_to_another_program_gives_nothing_there() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    world.bundle(&entry);
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    assert_eq!(payroll.ask("spawn"), "spawned 0");
    assert_eq!(payroll.ask("release"), "released");
    assert_eq!(courier.wait().code, Some(0));
    world.assert_clean();
}

#[test]
fn a_file_held_open_goes_at_the_time_limit() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let mut payroll = world.start_program();
    let courier = world.start_receive(&["--timeout", "6"]);
    let file = courier.file();
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    let done = courier.wait();
    assert_eq!(done.code, Some(4), "{}", done.errors);
    assert!(done.errors.contains("E-724"));
    assert_eq!(payroll.ask("spawn"), "spawned 0", "what is held is empty");
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::TimedOut);
    assert!(receipt.opened_unix.is_some());
    world.assert_clean();
}

#[test]
fn a_pulled_stick_takes_the_file_with_it_and_gets_its_receipt_when_it_returns() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    world.pull_stick();
    let done = courier.wait();
    assert_eq!(done.code, Some(4), "{}", done.errors);
    assert!(done.errors.contains("E-722"), "{}", done.errors);
    world.assert_clean();
    assert_eq!(world.receipt(&entry, &bundle), None);

    world.insert_stick();
    let again = world.run(&["receive"]);
    assert_eq!(again.status.code(), Some(0), "{}", errors(&again));
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::StickPulled);
    assert!(!world.bundle_path(&bundle).exists());
}

#[test]
fn told_to_stop_the_courier_removes_the_file_first() {
    needs_root!();
    for signal in [Signal::TERM, Signal::INT] {
        let world = World::new();
        let entry = world.enrol();
        let bundle = world.bundle(&entry);
        let _payroll = world.start_program();
        let courier = world.start_receive(&[]);
        courier.file();
        courier.signal(signal);
        assert_eq!(courier.wait().code, Some(4));
        world.assert_clean();
        let receipt = world.receipt(&entry, &bundle).unwrap();
        assert_eq!(receipt.outcome, Outcome::Stopped);
        assert_eq!(receipt.opened_unix, None);
    }
}

#[test]
fn a_program_that_ends_without_reading_ends_the_hand_over() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    courier.file();
    payroll.end();
    assert_eq!(courier.wait().code, Some(4));
    world.assert_clean();
    assert_eq!(
        world.receipt(&entry, &bundle).unwrap().outcome,
        Outcome::Stopped
    );
}

#[test]
fn the_file_goes_at_once_when_somebody_takes_the_cut_away() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let _payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(world.network.nft(&["flush", "ruleset"]).status.success());
    assert_eq!(courier.wait().code, Some(4));
    assert!(!Path::new(&file).exists());
    world.assert_clean();
    assert_eq!(
        world.receipt(&entry, &bundle).unwrap().outcome,
        Outcome::Stopped
    );
}

#[test]
fn what_a_killed_courier_leaves_is_swept_at_the_next_start() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let cable = world.network.cable();
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    // The time of the first reading is durable before anything else happens.
    wait_until(|| {
        let journal = fs::read_to_string(world.state().join("journal")).unwrap();
        !journal.contains("\"read_at\":null")
    });
    courier.crash();
    cable.assert_cut();

    let sweep = world.run(&["sweep"]);
    assert!(sweep.status.success(), "{}", errors(&sweep));
    world.assert_clean();
    cable.assert_passes();
    assert!(!Path::new(&file).exists());
    assert_eq!(payroll.ask("spawn"), "spawned 0", "what is held is empty");
    let nothing = world.run(&["sweep"]);
    assert!(
        String::from_utf8(nothing.stdout)
            .unwrap()
            .contains("nothing to sweep")
    );

    assert!(world.run(&["receive"]).status.success());
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::SweptAfterCrash);
    assert!(receipt.opened_unix.is_some() && receipt.deleted_unix.is_some());
    assert!(!world.bundle_path(&bundle).exists());
}

#[test]
fn a_killed_courier_leaves_nothing_behind_for_its_sentinel_sweeps() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let cable = world.network.cable();
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    courier.signal(Signal::KILL);
    // The sentinel has the courier's standard error, so this waits for it too.
    assert_eq!(courier.wait().code, None);
    world.assert_clean();
    cable.assert_passes();
    assert_eq!(payroll.ask("spawn"), "spawned 0", "what is held is empty");
    assert!(world.run(&["receive"]).status.success());
    assert_eq!(
        world.receipt(&entry, &bundle).unwrap().outcome,
        Outcome::SweptAfterCrash
    );
}

#[test]
fn receive_sweeps_by_itself_before_it_begins() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let crashed = world.bundle(&entry);
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    courier.file();
    courier.crash();

    let fresh = world.bundle(&entry);
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(payroll.read(&file).starts_with("read "));
    let done = courier.wait();
    assert_eq!(done.code, Some(0), "{}", done.errors);
    world.assert_clean();
    assert_eq!(
        world.receipt(&entry, &crashed).unwrap().outcome,
        Outcome::SweptAfterCrash
    );
    assert_eq!(
        world.receipt(&entry, &fresh).unwrap().outcome,
        Outcome::ReadAndDeleted
    );
}

#[test]
fn a_program_that_watches_the_room_reads_the_file_whole_when_it_comes() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    // Root's own program sees the room from its first moment, before there is content.
    let mut payroll = Payroll::of(world.network.command(true, &world.program));
    let courier = world.start_receive(&[]);
    let answer = payroll.ask(&format!("watch {}", world.room().display()));
    let expected = format!("read {} {}", CSV.len(), Sha256::of(CSV.as_bytes()));
    assert_eq!(answer, expected);
    let done = courier.wait();
    assert_eq!(done.code, Some(0), "{}", done.errors);
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::ReadAndDeleted);
    assert_eq!(receipt.user.as_str(), "root");
}

#[test]
fn a_bundle_opens_once() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(payroll.read(&file).starts_with("read "));
    assert_eq!(courier.wait().code, Some(0));

    // With the first receipt still on the stick, that one stays.
    world.put_bundle(&bundle);
    let replay = world.run(&["receive"]);
    assert_eq!(replay.status.code(), Some(1));
    assert!(errors(&replay).contains("E-705"));
    assert_eq!(
        world.receipt(&entry, &bundle).unwrap().outcome,
        Outcome::ReadAndDeleted
    );
    assert!(!world.bundle_path(&bundle).exists());

    // The vault has taken it: the replay has a receipt of its own.
    fs::remove_dir_all(world.on_stick("RECEIPTS")).unwrap();
    world.put_bundle(&bundle);
    assert_eq!(world.run(&["receive"]).status.code(), Some(1));
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::NotOpened);
    assert_eq!(receipt.reason.unwrap().as_str(), "E-705");
    world.assert_clean();
}

#[test]
fn an_expired_bundle_is_refused_with_a_receipt() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle_until(&entry, world.now - 10);
    let _payroll = world.start_program();
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-704"));
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::NotOpened);
    assert_eq!(receipt.reason.unwrap().as_str(), "E-704");
    assert!(!world.bundle_path(&bundle).exists());
}

#[test]
fn without_the_program_nothing_is_touched_and_it_may_be_received_later() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let absent = world.run(&["receive"]);
    assert_eq!(absent.status.code(), Some(1));
    assert!(errors(&absent).contains("E-706"), "{}", errors(&absent));
    world.assert_clean();

    // An updated program under the old name.
    let updated = world.folder.path().join("updated");
    fs::create_dir(&updated).unwrap();
    let updated = updated.join(world.program.file_name().unwrap());
    copy_program(&updated);
    let changed = world.start(&updated);
    let refused = world.run(&["receive"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(errors(&refused).contains("E-707"), "{}", errors(&refused));
    drop(changed);
    assert_eq!(world.receipt(&entry, &bundle), None);

    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(payroll.read(&file).starts_with("read "));
    assert_eq!(courier.wait().code, Some(0));
}

#[test]
fn a_program_in_another_network_namespace_is_refused() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    world.bundle(&entry);
    let other = Network::new();
    let mut elsewhere = Payroll::of(other.command(true, &world.program));
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-719"), "{}", errors(&output));
    world.assert_clean();

    // Beside one that the cut does reach, it is still not let in.
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert_eq!(elsewhere.read(&file), "failed 1", "EPERM");
    assert!(payroll.read(&file).starts_with("read "));
    assert_eq!(courier.wait().code, Some(0));
}

#[test]
fn a_table_of_our_name_that_is_not_ours_stops_the_hand_over_and_stays() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    world.bundle(&entry);
    let _payroll = world.start_program();
    world.network.nft(&["add", "table", "inet", "kuramori"]);
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-708"), "{}", errors(&output));
    assert!(world.network.is_cut(), "somebody else's table stays");
    assert!(!world.state().join("journal").exists());
    assert!(
        files(&world.state().join("opened")).is_empty(),
        "nothing was used up"
    );
}

#[test]
fn a_system_that_cannot_cut_or_cannot_guard_opens_nothing() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let _payroll = world.start_program();
    // Root without a right, as in a container.
    for (missing, code) in [("-net_admin", "E-708"), ("-sys_admin", "E-715")] {
        let courier = world.courier(&["receive"]);
        let output = world
            .network
            .command(true, "setpriv")
            .args(["--bounding-set", missing, "--inh-caps", missing])
            // What `courier` made: nsenter, its namespace, `--`, then the courier itself.
            .args(courier.get_args().skip(2))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{missing}");
        assert!(
            errors(&output).contains(code),
            "{missing}: {}",
            errors(&output)
        );
        world.assert_clean();
        assert!(
            files(&world.state().join("opened")).is_empty(),
            "nothing was used up"
        );
        assert_eq!(world.receipt(&entry, &bundle), None);
        assert!(world.bundle_path(&bundle).exists());
    }
}

#[test]
fn only_root_may_run_it() {
    needs_root!();
    let world = World::new();
    // Where the user can reach it; the folder of the build may be closed to others.
    let copy = world.folder.path().join("courier");
    fs::copy(env!("CARGO_BIN_EXE_courier"), &copy).unwrap();
    let output = world.as_user(&copy).arg("sweep").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-713"), "{}", errors(&output));
}

#[test]
fn bundles_that_are_forged_changed_or_for_others_are_not_opened() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle(&entry);
    let path = world.bundle_path(&bundle);

    // One bit of the sealed payload.
    let mut bytes = bundle.bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, &bytes).unwrap();
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-703"), "{}", errors(&output));

    fs::write(&path, b"kuramori").unwrap();
    assert!(errors(&world.run(&["receive"])).contains("E-709"));

    // Made by another vault.
    let other = SigningKey::from_bytes(&[9; 32]);
    let foreign = sign((*entry).clone(), &other).unwrap();
    let terms = BundleTerms {
        hand_over: HandOverId::random(),
        people: 1,
        file_name: "kuramori.csv".parse().unwrap(),
        created_unix: world.now,
        expires_unix: world.now + 60,
    };
    let forged = seal(&foreign, terms, b"x", &other).unwrap();
    fs::write(&path, forged.bytes()).unwrap();
    assert!(errors(&world.run(&["receive"])).contains("E-712"));

    fs::remove_file(&path).unwrap();
    let nothing = world.run(&["receive"]);
    assert_eq!(nothing.status.code(), Some(3));
    assert!(errors(&nothing).contains("E-711"));
    assert!(files(&world.on_stick("RECEIPTS")).is_empty());
    world.assert_clean();
}

#[test]
fn a_pc_that_never_enrolled_and_a_stick_of_another_vault_are_refused() {
    needs_root!();
    let mut world = World::new();
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-701"), "{}", errors(&output));

    world.enrol();
    world.vault = SigningKey::from_bytes(&[9; 32]);
    world.insert_stick();
    let output = world.run(&["receive"]);
    assert!(errors(&output).contains("E-712"), "{}", errors(&output));
}

#[test]
fn the_keys_are_made_once_for_root_alone_and_refused_when_others_could_read_them() {
    needs_root!();
    let world = World::new();
    let first = world.enrol();
    let keys = world.state().join("keys");
    assert_eq!(
        fs::metadata(&keys).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        fs::metadata(world.state()).unwrap().permissions().mode() & 0o777,
        0o700
    );
    fs::remove_dir_all(world.on_stick("ENROL")).unwrap();
    let second = world.enrol();
    assert_eq!(first.pc, second.pc, "the same keys");

    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-720"), "{}", errors(&output));
}

#[test]
fn nothing_the_courier_prints_or_keeps_holds_what_was_handed_over() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    world.bundle(&entry);
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(payroll.read(&file).starts_with("read "));
    let Courier { child, lines, .. } = courier;
    let output = child.wait_with_output().unwrap();
    let mut all: Vec<u8> = [output.stdout, output.stderr].concat();
    all.extend(lines.iter().flat_map(String::into_bytes));
    for folder in ["", "opened", "receipts", "approved", "enrolments"] {
        for path in files(&world.state().join(folder)) {
            if path.is_file() {
                all.extend(path.to_str().unwrap().bytes());
                all.extend(fs::read(path).unwrap());
            }
        }
    }
    assert!(all.len() > 1000, "there was something to look at");
    for secret in ["123456789018", "山田 太郎", "ヤマダ"] {
        let secret = secret.as_bytes();
        assert!(!all.windows(secret.len()).any(|w| w == secret));
    }
}

fn wait_until(mut holds: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(std::time::Instant::now() < deadline, "it never came");
        thread::sleep(Duration::from_millis(20));
    }
}
