//! A foreign stick under the porter's FAT reader: a good stick of 64 MiB with the fuzzer's
//! bytes laid over its structures. It is looked through and never hangs or panics.

use porter::{Device, run as do_job};
use protocol::foreign::{Answer, Folder, Job};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::sync::LazyLock;

const SIZE: u64 = porter::MIN_DEVICE;
const SECTOR: usize = 512;

/// Sectors of a stick that the porter made, without those that are all zero.
static MADE: LazyLock<BTreeMap<u64, Box<[u8]>>> = LazyLock::new(|| {
    let mut stick = Cursor::new(vec![0; SIZE as usize]);
    let format = Job::Format {
        label: "KURAMORI".into(),
        identity: b"identity".to_vec(),
    };
    let answer = do_job(&format, &mut stick, SIZE, &mut |_, _| ());
    assert_eq!(answer, Answer::Flushed);
    stick
        .get_ref()
        .chunks(SECTOR)
        .enumerate()
        .filter(|(_, sector)| sector.iter().any(|b| *b != 0))
        .map(|(i, sector)| (i as u64, sector.into()))
        .collect()
});

/// Pieces of four bytes: which of the sectors in use (or a free one after it), where in
/// it, and two bytes to put there.
pub(crate) fn run(bytes: &[u8]) {
    let mut stick = Sparse {
        sectors: BTreeMap::new(),
        at: 0,
    };
    let used: Vec<u64> = MADE.keys().copied().collect();
    for piece in bytes.chunks_exact(4) {
        let number = used[usize::from(piece[0] >> 1) % used.len()] + u64::from(piece[0] & 1);
        let sector = stick.sectors.entry(number).or_insert_with(|| {
            MADE.get(&number)
                .cloned()
                .unwrap_or_else(|| Box::new([0; SECTOR]))
        });
        let at = usize::from(piece[1]) * 2;
        sector[at..at + 2].copy_from_slice(&piece[2..]);
    }
    let inspect = Job::Inspect {
        folders: Folder::ALL.to_vec(),
    };
    let _ = do_job(&inspect, &mut stick, SIZE, &mut |_, _| ());
}

struct Sparse {
    /// Those that differ from [`MADE`].
    sectors: BTreeMap<u64, Box<[u8]>>,
    at: u64,
}

impl Read for Sparse {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let (sector, within) = (self.at / SECTOR as u64, (self.at % SECTOR as u64) as usize);
        let left = SIZE.saturating_sub(self.at);
        let n = out.len().min(SECTOR - within).min(left as usize);
        match self.sectors.get(&sector).or_else(|| MADE.get(&sector)) {
            Some(bytes) => out[..n].copy_from_slice(&bytes[within..within + n]),
            None => out[..n].fill(0),
        }
        self.at += n as u64;
        Ok(n)
    }
}

impl Write for Sparse {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("looking through a stick writes on it");
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
