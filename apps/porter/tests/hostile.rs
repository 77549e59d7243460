//! Sticks made to break the reader or the writer: no panic, no endless walk, an answer.
#![allow(clippy::unwrap_used, reason = "tests")]

use porter::{Device, run};
use proptest::prelude::*;
use protocol::foreign::{Answer, File, Folder, Job};
use std::{
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    sync::LazyLock,
};

const SIZE: u64 = 64 << 20;
const IDENTITY: &[u8] = b"identity";

/// A stick of [`SIZE`] bytes that takes memory only up to the last one written.
struct Sparse {
    image: Vec<u8>,
    at: u64,
}

impl Sparse {
    fn new(image: Vec<u8>) -> Self {
        Self { image, at: 0 }
    }
}

impl Read for Sparse {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = out.len().min((SIZE - self.at) as usize);
        let held = self.image.get(self.at as usize..).unwrap_or(&[]);
        let from_held = held.len().min(n);
        out[..from_held].copy_from_slice(&held[..from_held]);
        out[from_held..n].fill(0);
        self.at += n as u64;
        Ok(n)
    }
}

impl Write for Sparse {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (from, to) = (self.at as usize, self.at as usize + bytes.len());
        if to > self.image.len() {
            self.image.resize(to, 0);
        }
        self.image[from..to].copy_from_slice(bytes);
        self.at = to as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => SIZE.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

impl Device for Sparse {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn bypass_cache(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A companion with a file in every folder, cut behind everything in use.
static SEED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut stick = Cursor::new(vec![0; SIZE as usize]);
    let format = Job::Format {
        label: "KURAMORI".into(),
        identity: IDENTITY.to_vec(),
    };
    assert_eq!(
        run(&format, &mut stick, SIZE, &mut |_, _| ()),
        Answer::Flushed
    );
    let put = Folder::ALL.map(|folder| File {
        folder,
        name: "0123456789ABCDEF0123456789ABCDEF".into(),
        bytes: vec![7; 2000],
    });
    let update = Job::Update {
        identity: IDENTITY.to_vec(),
        put: put.to_vec(),
        remove: vec![],
    };
    assert_eq!(
        run(&update, &mut stick, SIZE, &mut |_, _| ()),
        Answer::Flushed
    );
    let mut image = stick.into_inner();
    let used = image.iter().rposition(|&byte| byte != 0).unwrap() + 1;
    image.truncate(used);
    image
});

fn jobs() -> [Job; 2] {
    [
        Job::Inspect {
            folders: Folder::ALL.to_vec(),
        },
        Job::Update {
            identity: IDENTITY.to_vec(),
            put: vec![File {
                folder: Folder::Bundles,
                name: "NEW".into(),
                bytes: vec![1; 1500],
            }],
            remove: vec![(Folder::Receipts, "0123456789ABCDEF0123456789ABCDEF".into())],
        },
    ]
}

/// Where the structures are: partition table, boot and information sector, the
/// beginning of both FATs, and the clusters in use.
fn interesting() -> Vec<std::ops::Range<usize>> {
    let part = 1 << 20;
    let image = &*SEED;
    let per_fat =
        u32::from_le_bytes(image[part + 36..part + 40].try_into().unwrap()) as usize * 512;
    let fat = part + 8 * 512;
    let data = fat + 2 * per_fat;
    vec![
        440..512,
        part..part + 1024,
        fat..fat + 256,
        fat + per_fat..fat + per_fat + 256,
        data..image.len(),
    ]
}

fn damage() -> impl Strategy<Value = Vec<(usize, u8)>> {
    let place = prop::sample::select(interesting()).prop_flat_map(|range| range);
    let byte = prop_oneof![
        Just(0u8),
        Just(0xff),
        Just(1),
        Just(2),
        Just(5),
        any::<u8>()
    ];
    prop::collection::vec((place, byte), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_companion_gets_an_answer(damage in damage()) {
        for job in jobs() {
            let mut image = SEED.clone();
            for (at, byte) in &damage {
                image[*at] = *byte;
            }
            match run(&job, &mut Sparse::new(image), SIZE, &mut |_, _| ()) {
                Answer::Inspected { .. } | Answer::Flushed | Answer::Failed(_) => (),
                Answer::Progress { .. } | Answer::Settings(_) => prop_assert!(false),
            }
        }
    }

    #[test]
    fn noise_is_not_a_companion(bytes in prop::collection::vec(any::<u8>(), 0..4096), at in 0usize..(3 << 20)) {
        let mut image = vec![0; 4 << 20];
        image[at..at + bytes.len()].copy_from_slice(&bytes);
        let [inspect, _] = jobs();
        let answer = run(&inspect, &mut Cursor::new(image), 4 << 20, &mut |_, _| ());
        prop_assert_eq!(answer, Answer::Inspected { identity: None, files: vec![] });
    }
}

/// Where a folder's or file's record stands in the image, by its short name.
fn record(image: &[u8], name: &[u8; 11]) -> usize {
    let found = image.windows(11).position(|window| window == name);
    found.unwrap_or_else(|| panic!("no {name:?}"))
}

fn answers(image: &[u8]) -> [Answer; 2] {
    jobs().map(|job| run(&job, &mut Sparse::new(image.to_vec()), SIZE, &mut |_, _| ()))
}

const MALFORMED: Answer = Answer::Failed(codes::ErrorCode::CompanionFormat);

#[test]
fn a_folder_that_is_its_own_root_is_no_companion() {
    let mut image = SEED.clone();
    let root = record(&image, b"KURAMORI   ");
    // The label comes first and looks the same; the folder has attribute 0x10.
    let folder = (root..image.len() - 32)
        .find(|&at| image[at..at + 11] == *b"KURAMORI   " && image[at + 11] & 0x10 != 0)
        .unwrap();
    image[folder + 26..folder + 28].copy_from_slice(&2u16.to_le_bytes());
    let [inspected, updated] = answers(&image);
    // The root holds no identity: this is no companion.
    assert_eq!(
        inspected,
        Answer::Inspected {
            identity: None,
            files: vec![]
        }
    );
    assert_eq!(updated, Answer::Failed(codes::ErrorCode::CompanionUnknown));
}

#[test]
fn a_chain_that_runs_in_a_circle_is_malformed() {
    let mut image = SEED.clone();
    let part = 1 << 20;
    let fat = part + 8 * 512;
    // Every cluster in use goes on at itself.
    for cluster in 2..40u32 {
        let at = fat + 4 * cluster as usize;
        image[at..at + 4].copy_from_slice(&cluster.to_le_bytes());
    }
    assert_eq!(answers(&image), [MALFORMED, MALFORMED]);
}

#[test]
fn a_cluster_outside_of_the_volume_is_malformed() {
    for cluster in [1u32, 0x00ff_ffff, 0xffff_ffff] {
        let mut image = SEED.clone();
        let at = record(&image, b"BUNDLES    ");
        image[at + 20..at + 22].copy_from_slice(&((cluster >> 16) as u16).to_le_bytes());
        image[at + 26..at + 28].copy_from_slice(&(cluster as u16).to_le_bytes());
        assert_eq!(answers(&image), [MALFORMED, MALFORMED]);
    }
}

#[test]
fn two_files_of_one_name_are_malformed() {
    let mut image = SEED.clone();
    let (enrol, bundles) = (
        record(&image, b"ENROL      "),
        record(&image, b"BUNDLES    "),
    );
    let name = image[bundles..bundles + 11].to_vec();
    image[enrol..enrol + 11].copy_from_slice(&name);
    assert_eq!(answers(&image), [MALFORMED, MALFORMED]);
}
