//! A companion's life on image files, checked by dosfstools and mtools where they are
//! installed (they are on every machine that builds the stick).
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::ErrorCode;
use porter::{Device, run};
use protocol::foreign::{Answer, File as Item, Folder, Job, MAX_FILE, MAX_FILES};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    process::{Command, Stdio},
};

const MIB: u64 = 1 << 20;
const IDENTITY: &[u8] = b"kuramori/companion/v1\nkey ...\n";

struct Stick {
    file: File,
    path: std::path::PathBuf,
    size: u64,
    _folder: tempfile::TempDir,
}

impl Stick {
    fn blank(size: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stick.img");
        let stick = Self {
            file: File::create_new(&path).unwrap(),
            path,
            size,
            _folder: folder,
        };
        stick.file.set_len(size).unwrap();
        stick
    }

    fn companion(size: u64) -> Self {
        let mut stick = Self::blank(size);
        assert_eq!(stick.run(&format(IDENTITY)), Answer::Flushed);
        stick
    }

    /// Every job gets a descriptor of its own, as every porter process does.
    fn run(&mut self, job: &Job) -> Answer {
        let mut device = File::options()
            .read(true)
            .write(true)
            .open(&self.path)
            .unwrap();
        run(job, &mut device, self.size, &mut |_, _| ())
    }

    fn write_at(&mut self, at: u64, bytes: &[u8]) {
        self.file.seek(SeekFrom::Start(at)).unwrap();
        self.file.write_all(bytes).unwrap();
    }

    fn inspect(&mut self) -> (Option<Vec<u8>>, Vec<Item>) {
        let job = Job::Inspect {
            folders: Folder::ALL.to_vec(),
        };
        match self.run(&job) {
            Answer::Inspected { identity, files } => (identity, files),
            other => panic!("{other:?}"),
        }
    }

    /// `mtools` sees the partition at 1 MiB.
    fn mtools(&self, command: &str, arguments: &[&str]) -> String {
        let image = format!("{}@@1M", self.path.display());
        tool(Command::new(command).args(["-i", &image]).args(arguments))
    }

    fn fsck(&self) {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("part.img");
        let mut from = File::open(&self.path).unwrap();
        from.seek(SeekFrom::Start(MIB)).unwrap();
        let length = self.size / MIB * MIB - 2 * MIB;
        io::copy(&mut from.take(length), &mut File::create(&part).unwrap()).unwrap();
        tool(
            Command::new("/usr/sbin/fsck.vfat")
                .args(["-n", "-v"])
                .arg(&part),
        );
    }
}

/// What a tool says; it must be there and end well.
fn tool(command: &mut Command) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .expect("dosfstools and mtools are installed by `cargo xtask setup`");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}{complained}");
    said
}

fn format(identity: &[u8]) -> Job {
    Job::Format {
        label: "KURAMORI".into(),
        identity: identity.to_vec(),
    }
}

fn item(folder: Folder, name: &str, bytes: &[u8]) -> Item {
    Item {
        folder,
        name: name.into(),
        bytes: bytes.to_vec(),
    }
}

fn update(put: Vec<Item>, remove: &[(Folder, &str)]) -> Job {
    Job::Update {
        identity: IDENTITY.to_vec(),
        put,
        remove: remove
            .iter()
            .map(|(folder, name)| (*folder, name.to_string()))
            .collect(),
    }
}

#[test]
fn a_gpt_stick_becomes_a_companion_without_a_trace_of_gpt() {
    let mut stick = Stick::blank(96 * MIB);
    // Protective MBR, header and its copy, entries, and an ext4 and a LUKS signature.
    stick.write_at(0, &[0xee; 512]);
    stick.write_at(512, b"EFI PART");
    stick.write_at(1024, &[0x5a; 16 * 1024]);
    stick.write_at(96 * MIB - 512, b"EFI PART");
    stick.write_at(96 * MIB - 17 * 1024, &[0x5a; 16 * 1024]);
    stick.write_at(MIB + 0x438, &[0x53, 0xef]);
    stick.write_at(MIB + 16 * 1024, b"LUKS\xba\xbe");

    assert_eq!(stick.run(&format(IDENTITY)), Answer::Flushed);

    let image = std::fs::read(&stick.path).unwrap();
    for trace in [&b"EFI PART"[..], b"LUKS\xba\xbe", &[0x5a; 16]] {
        assert!(!image.windows(trace.len()).any(|window| window == trace));
    }
    assert_ne!(image[MIB as usize + 0x438..][..2], [0x53, 0xef]);
    assert_eq!(stick.inspect(), (Some(IDENTITY.to_vec()), vec![]));
    stick.fsck();
    // One partition: FAT32 by LBA, from sector 2048 on, the last MiB left out.
    let entry = &image[446..462];
    assert_eq!(entry[4], 0x0c);
    assert_eq!(entry[8..12], 2048u32.to_le_bytes());
    assert_eq!(entry[12..16], (94 * 2048u32).to_le_bytes());
    assert_eq!(image[462..510], [0; 48]);
    assert_eq!(image[510..512], [0x55, 0xaa]);
}

#[test]
fn other_tools_read_what_is_written_and_the_other_way_round() {
    let mut stick = Stick::companion(64 * MIB);
    let bundle: Vec<u8> = (0..700_001u32).map(|n| n as u8).collect();
    let name = "0123456789ABCDEF0123456789ABCDEF";
    let put = vec![
        item(Folder::Bundles, name, &bundle),
        item(Folder::Approvals, "A-1", b""),
    ];
    assert_eq!(stick.run(&update(put.clone(), &[])), Answer::Flushed);
    stick.fsck();

    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let inside = format!("::KURAMORI/BUNDLES/{name}.KBN");
    stick.mtools("mcopy", &[&inside, copy.to_str().unwrap()]);
    assert_eq!(std::fs::read(&copy).unwrap(), bundle);

    // A payroll PC writes with its own system; the name is in lower case there.
    std::fs::write(&copy, b"receipt").unwrap();
    let receipt = format!("::KURAMORI/RECEIPTS/{}.krc", name.to_lowercase());
    stick.mtools("mcopy", &[copy.to_str().unwrap(), &receipt]);
    stick.mtools(
        "mcopy",
        &[copy.to_str().unwrap(), "::KURAMORI/ENROL/PC1.KER"],
    );
    let (identity, files) = stick.inspect();
    assert_eq!(identity.as_deref(), Some(IDENTITY));
    let expected = [
        item(Folder::Enrolments, "PC1", b"receipt"),
        put[1].clone(),
        put[0].clone(),
        item(Folder::Receipts, name, b"receipt"),
    ];
    assert_eq!(files, expected);
}

#[test]
fn a_file_is_replaced_and_removed_and_the_rest_stays() {
    let mut stick = Stick::companion(64 * MIB);
    let put = |bytes| {
        vec![
            item(Folder::Receipts, "R", bytes),
            item(Folder::Enrolments, "E", bytes),
        ]
    };
    assert_eq!(stick.run(&update(put(&[1; 5000]), &[])), Answer::Flushed);
    assert_eq!(stick.run(&update(put(b"two"), &[])), Answer::Flushed);
    let gone = [(Folder::Receipts, "R"), (Folder::Receipts, "NEVER-WAS")];
    assert_eq!(stick.run(&update(vec![], &gone)), Answer::Flushed);
    assert_eq!(stick.inspect().1, [item(Folder::Enrolments, "E", b"two")]);
    stick.fsck();
    // Removed in place of leaked: everything else is free again.
    let listing = stick.mtools("mdir", &["-/", "-b", "::KURAMORI"]);
    assert_eq!(
        listing.lines().filter(|line| line.contains('.')).count(),
        2,
        "{listing}"
    );
}

#[test]
fn a_stick_with_another_identity_is_not_written() {
    let mut stick = Stick::blank(64 * MIB);
    assert_eq!(stick.run(&format(b"somebody else's")), Answer::Flushed);
    let before = std::fs::read(&stick.path).unwrap();
    let job = update(vec![item(Folder::Bundles, "B", b"secret")], &[]);
    assert_eq!(stick.run(&job), Answer::Failed(ErrorCode::CompanionUnknown));
    assert!(std::fs::read(&stick.path).unwrap() == before);

    let mut blank = Stick::blank(64 * MIB);
    assert_eq!(blank.run(&job), Answer::Failed(ErrorCode::CompanionUnknown));
    assert_eq!(blank.inspect(), (None, vec![]));
}

#[test]
fn a_full_stick_says_so_and_keeps_what_it_had() {
    let mut stick = Stick::companion(64 * MIB);
    let folder = tempfile::tempdir().unwrap();
    let filler = folder.path().join("filler");
    // 62 MiB of partition, less its FATs, less under a MiB.
    let filled = File::create(&filler).unwrap();
    filled.set_len(60 * MIB + MIB / 2).unwrap();
    stick.mtools("mcopy", &[filler.to_str().unwrap(), "::FILLER"]);
    let before = stick.inspect();
    let job = update(vec![item(Folder::Bundles, "B", &[7; MAX_FILE])], &[]);
    // mtools' information sector may be anything; what counts is the FAT.
    assert_eq!(stick.run(&job), Answer::Failed(ErrorCode::CompanionFull));
    assert_eq!(stick.inspect(), before);
    stick.fsck();
    let small = update(vec![item(Folder::Bundles, "B", b"fits")], &[]);
    assert_eq!(stick.run(&small), Answer::Flushed);
    stick.fsck();
}

#[test]
fn a_folder_holds_64_files_and_refuses_the_65th() {
    let mut stick = Stick::companion(64 * MIB);
    let many = |from: usize, to: usize| {
        (from..to)
            .map(|n| {
                item(
                    Folder::Bundles,
                    &format!("ABCDEF0123456789ABCDEF0123456789-{n:04}"),
                    b"x",
                )
            })
            .collect()
    };
    assert_eq!(stick.run(&update(many(0, MAX_FILES), &[])), Answer::Flushed);
    assert_eq!(stick.inspect().1.len(), MAX_FILES);
    let one_more = update(many(MAX_FILES, MAX_FILES + 1), &[]);
    assert_eq!(
        stick.run(&one_more),
        Answer::Failed(ErrorCode::CompanionFull)
    );
    // Replacing one is not one more.
    assert_eq!(stick.run(&update(many(0, 1), &[])), Answer::Flushed);
    stick.fsck();
}

#[test]
fn jobs_that_break_the_protocol_touch_nothing() {
    let mut stick = Stick::companion(64 * MIB);
    let before = std::fs::read(&stick.path).unwrap();
    let long = "A".repeat(41);
    for name in ["", "a", "A.B", "../X", "A/B", "A B", "Ä", &long] {
        let put = update(vec![item(Folder::Bundles, name, b"x")], &[]);
        let remove = update(vec![], &[(Folder::Bundles, name)]);
        for job in [put, remove] {
            assert_eq!(
                stick.run(&job),
                Answer::Failed(ErrorCode::MalformedMessage),
                "{name}"
            );
        }
    }
    let bad = [
        update(
            vec![item(Folder::Bundles, "B", &vec![0; MAX_FILE + 1])],
            &[],
        ),
        update(
            vec![item(Folder::Bundles, "B", b"")],
            &[(Folder::Bundles, "B")],
        ),
        Job::Format {
            label: "TWELVE-CHARS".into(),
            identity: b"i".to_vec(),
        },
        Job::Format {
            label: "lower".into(),
            identity: b"i".to_vec(),
        },
        Job::Format {
            label: "OK".into(),
            identity: vec![],
        },
    ];
    for job in bad {
        assert_eq!(stick.run(&job), Answer::Failed(ErrorCode::MalformedMessage));
    }
    assert!(std::fs::read(&stick.path).unwrap() == before);
}

#[test]
fn a_stick_of_the_wrong_size_is_not_formatted() {
    for size in [64 * MIB - 512, (2 << 40) + 512] {
        let mut stick = Stick::blank(size);
        assert_eq!(
            stick.run(&format(IDENTITY)),
            Answer::Failed(ErrorCode::CompanionTooSmall)
        );
    }
}

#[test]
fn sticks_of_every_usual_size_are_formatted_right() {
    // Sizes around where the cluster size changes; the files are sparse.
    for mib in [
        64,
        261,
        262,
        263,
        300,
        8 * 1024 + 2,
        8 * 1024 + 3,
        33 * 1024,
    ] {
        let mut stick = Stick::companion(mib * MIB + 512);
        let put = update(vec![item(Folder::Bundles, "B", &[3; 100_000])], &[]);
        assert_eq!(stick.run(&put), Answer::Flushed, "{mib} MiB");
        assert_eq!(
            stick.inspect().1,
            [item(Folder::Bundles, "B", &[3; 100_000])]
        );
        if mib <= 300 {
            stick.fsck();
        }
    }
}

#[test]
fn foreign_files_on_a_companion_are_passed_over() {
    let mut stick = Stick::companion(64 * MIB);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x");
    std::fs::write(&file, vec![9; MAX_FILE + 1]).unwrap();
    let from = file.to_str().unwrap();
    for to in [
        "::KURAMORI/BUNDLES/HUGE.KBN",
        "::KURAMORI/ENROL/写真.KER",
        "::KURAMORI/ENROL/a b.KER",
        "::KURAMORI/RECEIPTS/WRITING.TMP",
        "::KURAMORI/ENROL/X.KBN",
        "::readme.txt",
    ] {
        stick.mtools("mcopy", &[from, to]);
    }
    assert_eq!(stick.inspect(), (Some(IDENTITY.to_vec()), vec![]));
    // The half-written one is cleared away with the next update.
    assert_eq!(stick.run(&update(vec![], &[])), Answer::Flushed);
    assert!(
        !stick
            .mtools("mdir", &["-b", "::KURAMORI/RECEIPTS"])
            .contains("WRITING")
    );
}

#[test]
fn an_answer_never_outgrows_its_frame() {
    let mut stick = Stick::companion(64 * MIB);
    let big = |name: &str| item(Folder::Bundles, name, &[1; 600_000]);
    for name in ["A", "B", "C"] {
        assert_eq!(stick.run(&update(vec![big(name)], &[])), Answer::Flushed);
    }
    assert_eq!(
        stick.run(&update(vec![item(Folder::Receipts, "R", b"r")], &[])),
        Answer::Flushed
    );
    let (_, files) = stick.inspect();
    assert_eq!(files, [big("A"), item(Folder::Receipts, "R", b"r")]);
}

/// A stick that is pulled, breaks or lies after so many bytes were written.
struct Faulty {
    inner: io::Cursor<Vec<u8>>,
    writes_left: u64,
    fault: Fault,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Pulled,
    Broken,
    /// Says that it wrote and did not: a fake stick with less memory than it claims.
    Forgets,
}

impl Faulty {
    fn hit(&self) -> bool {
        self.writes_left == 0
    }
}

impl Read for Faulty {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.fault {
            Fault::Pulled if self.hit() => Ok(0),
            Fault::Broken if self.hit() => Err(io::Error::from_raw_os_error(5)),
            _ => self.inner.read(out),
        }
    }
}

impl Write for Faulty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.hit() {
            self.writes_left = self.writes_left.saturating_sub(bytes.len() as u64);
            return self.inner.write(bytes);
        }
        match self.fault {
            // As the kernel answers for a block device that is gone.
            Fault::Pulled => Err(io::Error::from_raw_os_error(28)),
            Fault::Broken => Err(io::Error::from_raw_os_error(5)),
            Fault::Forgets => {
                self.inner.seek(SeekFrom::Current(bytes.len() as i64))?;
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Faulty {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if self.hit() && self.fault == Fault::Pulled && to == SeekFrom::End(0) {
            return Ok(0);
        }
        self.inner.seek(to)
    }
}

impl Device for Faulty {
    fn sync(&mut self) -> io::Result<()> {
        match self.fault {
            Fault::Broken if self.hit() => Err(io::Error::from_raw_os_error(5)),
            Fault::Pulled if self.hit() => Err(io::Error::from_raw_os_error(19)),
            _ => Ok(()),
        }
    }

    fn bypass_cache(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stick_that_fails_anywhere_is_never_called_flushed() {
    let mut good = io::Cursor::new(vec![0; 64 << 20]);
    assert_eq!(
        run(&format(IDENTITY), &mut good, 64 << 20, &mut |_, _| ()),
        Answer::Flushed
    );
    let job = update(vec![item(Folder::Bundles, "B", &[5; 20_000])], &[]);
    let expected = [
        (Fault::Pulled, ErrorCode::CompanionPulled),
        (Fault::Broken, ErrorCode::CompanionIo),
        (Fault::Forgets, ErrorCode::CompanionVerify),
    ];
    for (fault, code) in expected {
        for writes_left in [0, 1, 512, 3000, 10_000, 20_000] {
            let mut stick = Faulty {
                inner: good.clone(),
                writes_left,
                fault,
            };
            let answer = run(&job, &mut stick, 64 << 20, &mut |_, _| ());
            // A stick that forgets its own tables can also look malformed, or not hold
            // what it must.
            let malformed =
                fault == Fault::Forgets && answer == Answer::Failed(ErrorCode::CompanionFormat);
            assert!(
                answer == Answer::Failed(code) || malformed,
                "{writes_left}: {answer:?}"
            );
        }
    }
}

#[test]
fn wherever_an_update_is_cut_the_old_files_stay_and_no_half_file_counts() {
    let mut start = io::Cursor::new(vec![0; 64 << 20]);
    let go = |job: &Job, stick: &mut io::Cursor<Vec<u8>>| run(job, stick, 64 << 20, &mut |_, _| ());
    assert_eq!(go(&format(IDENTITY), &mut start), Answer::Flushed);
    let old = item(Folder::Approvals, "OLD", &[1; 3000]);
    assert_eq!(
        go(&update(vec![old.clone()], &[]), &mut start),
        Answer::Flushed
    );
    let new = item(Folder::Bundles, "NEW", &[2; 3000]);
    for writes_left in (1..6000).step_by(61) {
        let mut stick = Faulty {
            inner: start.clone(),
            writes_left,
            fault: Fault::Pulled,
        };
        run(
            &update(vec![new.clone()], &[]),
            &mut stick,
            64 << 20,
            &mut |_, _| (),
        );
        let mut after = stick.inner;
        let inspect = Job::Inspect {
            folders: Folder::ALL.to_vec(),
        };
        let Answer::Inspected { identity, files } = go(&inspect, &mut after) else {
            panic!("cut after {writes_left}")
        };
        assert_eq!(identity.as_deref(), Some(IDENTITY));
        assert!(
            files == [old.clone()] || files == [old.clone(), new.clone()],
            "{writes_left}"
        );
        // And the next try succeeds.
        assert_eq!(
            go(&update(vec![new.clone()], &[]), &mut after),
            Answer::Flushed
        );
    }
}
