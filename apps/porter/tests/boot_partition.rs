//! Blessing a slot on a boot partition as mtools makes it, checked by dosfstools.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::ErrorCode;
use porter::{Device, run};
use protocol::foreign::{Answer, CountedFile, Job};
use protocol::settings::{self, Layout, Settings};
use std::{
    fs,
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    process::{Command, Stdio},
};

const SIZE: u64 = 80 << 20;
const SYSTEM: &[u8] = b"MZ the system";

/// A boot partition as a file, with these files in `EFI/Linux`.
struct Partition {
    folder: tempfile::TempDir,
}

impl Partition {
    fn with(names: &[&str]) -> Self {
        let partition = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let image = fs::File::create_new(partition.path()).unwrap();
        image.set_len(SIZE).unwrap();
        let sectors = (SIZE / 512).to_string();
        let format = ["-F", "-v", "KURAMORI", "-h", "255", "-s", "63", "-c", "2"];
        partition.mtools("mformat", &[&format[..], &["-T", &sectors, "::"]].concat());
        partition.mtools("mmd", &["::/EFI", "::/EFI/Linux"]);
        let system = partition.folder.path().join("system");
        fs::write(&system, SYSTEM).unwrap();
        for name in names {
            let to = format!("::/EFI/Linux/{name}");
            partition.mtools("mcopy", &[system.to_str().unwrap(), &to]);
        }
        partition
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("esp.img")
    }

    fn bless(&self, name: &str) -> Answer {
        let mut device = fs::File::options()
            .read(true)
            .write(true)
            .open(self.path())
            .unwrap();
        run(&bless(name), &mut device, SIZE, &mut |_, _| ())
    }

    fn work(&self, job: &Job) -> Answer {
        let mut device = fs::File::options()
            .read(true)
            .write(true)
            .open(self.path())
            .unwrap();
        run(job, &mut device, SIZE, &mut |_, _| ())
    }

    /// Puts a file of settings into the root folder.
    fn with_settings(self, bytes: &[u8]) -> Self {
        let file = self.folder.path().join("settings");
        fs::write(&file, bytes).unwrap();
        let to = format!("::/{}", settings::FILE);
        self.mtools("mcopy", &["-o", file.to_str().unwrap(), &to]);
        self
    }

    fn names(&self) -> Vec<String> {
        let listed = self.mtools("mdir", &["-b", "::/EFI/Linux"]);
        let mut names: Vec<String> = listed
            .lines()
            .filter_map(|line| line.rsplit('/').next().map(str::to_owned))
            .collect();
        names.sort();
        names
    }

    fn content(&self, name: &str) -> String {
        self.mtools("mtype", &[&format!("::/EFI/Linux/{name}")])
    }

    fn mtools(&self, command: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(command);
        tool(command.arg("-i").arg(self.path()).args(arguments))
    }

    fn fsck(&self) {
        let mut fsck = Command::new("/usr/sbin/fsck.vfat");
        tool(fsck.args(["-n", "-v"]).arg(self.path()));
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

fn bless(name: &str) -> Job {
    let file = CountedFile::parse(name).unwrap();
    Job::Bless { file }
}

#[test]
fn a_blessed_slot_keeps_its_content_and_the_other_slot_its_counter() {
    for (counted, blessed, other) in [
        ("kuramori-A+3.efi", "kuramori-A.efi", "kuramori-B+3.efi"),
        ("kuramori-B+2-1.efi", "kuramori-B.efi", "kuramori-A+3.efi"),
        (
            "kuramori-A+1000-1000.efi",
            "kuramori-A.efi",
            "kuramori-B.efi",
        ),
    ] {
        let partition = Partition::with(&[counted, other]);
        assert_eq!(partition.bless(counted), Answer::Flushed);
        let mut expected = [blessed, other];
        expected.sort_unstable();
        assert_eq!(partition.names(), expected);
        assert_eq!(partition.content(blessed).as_bytes(), SYSTEM);
        assert_eq!(partition.content(other).as_bytes(), SYSTEM);
        partition.fsck();
    }
}

#[test]
fn a_file_that_is_not_there_changes_nothing() {
    let partition = Partition::with(&["kuramori-A+3.efi", "kuramori-B+3.efi"]);
    let before = fs::read(partition.path()).unwrap();
    let failed = Answer::Failed(ErrorCode::CompanionUnknown);
    assert_eq!(partition.bless("kuramori-A+2-1.efi"), failed);
    assert!(fs::read(partition.path()).unwrap() == before);
}

#[test]
fn a_name_that_is_taken_changes_nothing() {
    let partition = Partition::with(&["kuramori-A+3.efi", "kuramori-A.efi"]);
    let before = fs::read(partition.path()).unwrap();
    let failed = Answer::Failed(ErrorCode::CompanionFormat);
    assert_eq!(partition.bless("kuramori-A+3.efi"), failed);
    assert!(fs::read(partition.path()).unwrap() == before);
}

#[test]
fn a_name_that_lies_in_two_sectors_is_left_as_it_is() {
    // With the folder's two links these leave one record of its first sector.
    let short: Vec<String> = (0..13).map(|i| format!("F{i}.EFI")).collect();
    let mut names: Vec<&str> = short.iter().map(String::as_str).collect();
    names.push("kuramori-A+3.efi");
    let partition = Partition::with(&names);
    let before = fs::read(partition.path()).unwrap();
    let failed = Answer::Failed(ErrorCode::CompanionFormat);
    assert_eq!(partition.bless("kuramori-A+3.efi"), failed);
    assert!(fs::read(partition.path()).unwrap() == before);

    // One record fewer or more before it, and both parts lie in one sector.
    for others in [&names[..12], &[&names[..13], &["G.EFI"]].concat()] {
        let partition = Partition::with(&[others, &["kuramori-A+3.efi"]].concat());
        assert_eq!(partition.bless("kuramori-A+3.efi"), Answer::Flushed);
        assert!(partition.names().contains(&"kuramori-A.efi".to_owned()));
        partition.fsck();
    }
}

/// An image that notes every write.
struct Watched {
    image: Cursor<Vec<u8>>,
    writes: Vec<(u64, usize)>,
}

impl Read for Watched {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.image.read(out)
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes.push((self.image.position(), bytes.len()));
        self.image.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.image.seek(to)
    }
}

impl Device for Watched {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn bypass_cache(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn one_sector_is_written_once_so_a_cut_leaves_the_old_name_or_the_new_one() {
    let partition = Partition::with(&["kuramori-A+3.efi", "kuramori-B+3.efi"]);
    let mut watched = Watched {
        image: Cursor::new(fs::read(partition.path()).unwrap()),
        writes: Vec::new(),
    };
    let answer = run(
        &bless("kuramori-A+3.efi"),
        &mut watched,
        SIZE,
        &mut |_, _| (),
    );
    assert_eq!(answer, Answer::Flushed);
    let [(at, bytes)] = watched.writes[..] else {
        panic!("{:?}", watched.writes);
    };
    assert_eq!((at % 512, bytes), (0, 512));
}

#[test]
fn what_is_not_a_boot_partition_is_refused() {
    let blank = &mut Cursor::new(vec![0; SIZE as usize]);
    let answer = run(&bless("kuramori-A+3.efi"), blank, SIZE, &mut |_, _| ());
    assert_eq!(answer, Answer::Failed(ErrorCode::CompanionUnknown));
    assert!(blank.get_ref().iter().all(|byte| *byte == 0));
}

fn us() -> Settings {
    Settings {
        keyboard: Layout::Us,
        ..Settings::default()
    }
}

#[test]
fn settings_are_kept_and_read_again() {
    let partition = Partition::with(&["kuramori-A+3.efi"]).with_settings(&Settings::fresh_file());
    assert_eq!(
        partition.work(&Job::ReadSettings),
        Answer::Settings(Settings::default())
    );
    for settings in [us(), Settings::default(), us()] {
        let keep = Job::KeepSettings { settings };
        assert_eq!(partition.work(&keep), Answer::Flushed);
        assert_eq!(
            partition.work(&Job::ReadSettings),
            Answer::Settings(settings)
        );
    }
    partition.fsck();
}

#[test]
fn one_sector_is_written_for_a_change_of_settings_and_none_where_nothing_changes() {
    let partition = Partition::with(&[]).with_settings(&Settings::fresh_file());
    let mut watched = Watched {
        image: Cursor::new(fs::read(partition.path()).unwrap()),
        writes: Vec::new(),
    };
    let keep = Job::KeepSettings { settings: us() };
    for _ in 0..2 {
        let answer = run(&keep, &mut watched, SIZE, &mut |_, _| ());
        assert_eq!(answer, Answer::Flushed);
    }
    let [(at, bytes)] = watched.writes[..] else {
        panic!("{:?}", watched.writes);
    };
    assert_eq!((at % 512, bytes), (0, 512));
}

#[test]
fn a_file_of_settings_that_is_missing_or_of_another_size_means_the_defaults_and_is_not_touched() {
    for content in [None, Some(&b"short"[..]), Some(&[b'x'; 4096])] {
        let mut partition = Partition::with(&[]);
        if let Some(bytes) = content {
            partition = partition.with_settings(bytes);
        }
        let before = fs::read(partition.path()).unwrap();
        assert_eq!(
            partition.work(&Job::ReadSettings),
            Answer::Settings(Settings::default())
        );
        let kept = partition.work(&Job::KeepSettings { settings: us() });
        assert!(matches!(kept, Answer::Failed(_)), "{kept:?}");
        assert!(fs::read(partition.path()).unwrap() == before);
    }
}

#[test]
fn a_damaged_file_of_settings_means_the_defaults_and_can_be_set_again() {
    let partition = Partition::with(&[]).with_settings(&[0xff; settings::FILE_BYTES]);
    assert_eq!(
        partition.work(&Job::ReadSettings),
        Answer::Settings(Settings::default())
    );
    let keep = Job::KeepSettings { settings: us() };
    assert_eq!(partition.work(&keep), Answer::Flushed);
    assert_eq!(partition.work(&Job::ReadSettings), Answer::Settings(us()));
}
