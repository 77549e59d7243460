//! What may stand on the disk after a power cut: the model.
//!
//! - **Written is not kept.** A write is kept for certain by the next `fsync` of its file, a
//!   new, removed or renamed entry by the next `fsync` of its folder, and by nothing else;
//!   a file's own `fsync` does not keep its name (ext4 does; POSIX promises nothing).
//! - **Sectors of 512 bytes** reach the disk each for itself, in any order: each shows any
//!   of its contents since the last `fsync`. So writes are lost, torn and reordered, and a
//!   write never undoes one before it in the same sector. A sector is not torn itself, and
//!   a write changes no byte outside its range (SQLite's "powersafe overwrite", which its
//!   WAL mode relies on and any disk with sectors of at most 4096 bytes under ext4 gives).
//! - **The length** of a file is its own: it may be from before the writes, or from after
//!   them while they are lost; then zeros are read. What a truncation cut off may be back.
//! - **Entries** of one folder change in order, as in ext4's journal, but how many of the
//!   changes are kept says nothing about the contents, and nothing about other folders.

use crate::trace::Op;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

pub const SECTOR: u64 = 512;

/// What is on the disk: files with their bytes, folders with `None`.
pub type Image = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Which of the unsynced changes the cut let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cut {
    pub data: Data,
    pub length: Length,
    pub entries: Entries,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Data {
    All,
    None,
    OnlyFirst,
    OnlyLast,
    AllButFirst,
    AllButLast,
    /// All, but of the last write only this many sectors from its beginning.
    TornAfter(u64),
    /// Each write kept or lost by this seed.
    Writes(u64),
    /// Each sector of each write kept or lost by this seed.
    Sectors(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Length {
    /// As after the last write that was kept at least in part.
    OfData,
    Synced,
    Newest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entries {
    All,
    Synced,
    /// This many of each folder's unsynced changes.
    First(usize),
}

/// A disk whose unsynced changes are told from the synced ones.
pub struct Disk {
    folders: BTreeMap<PathBuf, Folder>,
    files: Vec<File>,
    /// How many calls were applied: the time stamp of changes.
    now: usize,
}

#[derive(Clone, Copy)]
enum Node {
    File(usize),
    Folder,
}

#[derive(Default)]
struct Folder {
    synced: BTreeMap<PathBuf, Node>,
    unsynced: Vec<EntryChange>,
}

enum EntryChange {
    Put(PathBuf, Node),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf),
}

#[derive(Default)]
struct File {
    synced: Vec<u8>,
    unsynced: Vec<Change>,
    len: u64,
}

struct Change {
    time: usize,
    range: Range<u64>,
    /// `None`: zeros, by a truncation.
    bytes: Option<Rc<[u8]>>,
    /// The file's length afterwards.
    len: u64,
}

impl Folder {
    fn entries(&self, changes: usize) -> BTreeMap<PathBuf, Node> {
        let mut entries = self.synced.clone();
        for change in self.unsynced.iter().take(changes) {
            match change {
                EntryChange::Put(path, node) => {
                    entries.insert(path.clone(), *node);
                }
                EntryChange::Remove(path) => {
                    entries.remove(path);
                }
                EntryChange::Rename(from, to) => {
                    if let Some(node) = entries.remove(from) {
                        entries.insert(to.clone(), node);
                    }
                }
            }
        }
        entries
    }
}

impl Disk {
    /// Everything below `root`, taken as synced.
    pub fn load(root: &Path) -> Self {
        let mut disk = Self {
            folders: BTreeMap::new(),
            files: Vec::new(),
            now: 0,
        };
        disk.load_folder(root, PathBuf::new());
        disk
    }

    /// The same disk once more. Only of one without unsynced changes.
    pub fn fork(&self) -> Self {
        let folders = self.folders.iter().map(|(path, folder)| {
            assert!(folder.unsynced.is_empty());
            let (synced, unsynced) = (folder.synced.clone(), Vec::new());
            (path.clone(), Folder { synced, unsynced })
        });
        let files = self.files.iter().map(|file| {
            assert!(file.unsynced.is_empty());
            File {
                synced: file.synced.clone(),
                unsynced: Vec::new(),
                len: file.len,
            }
        });
        Self {
            folders: folders.collect(),
            files: files.collect(),
            now: self.now,
        }
    }

    fn load_folder(&mut self, root: &Path, folder: PathBuf) {
        let mut synced = BTreeMap::new();
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            let full = root.join(&path);
            let node = if full.is_dir() {
                self.load_folder(root, path.clone());
                Node::Folder
            } else {
                let bytes = fs::read(full).unwrap();
                self.files.push(File {
                    len: bytes.len() as u64,
                    synced: bytes,
                    unsynced: Vec::new(),
                });
                Node::File(self.files.len() - 1)
            };
            synced.insert(path, node);
        }
        let unsynced = Vec::new();
        self.folders.insert(folder, Folder { synced, unsynced });
    }

    fn node(&self, path: &Path) -> Option<Node> {
        let folder = self.folders.get(path.parent()?)?;
        folder.entries(usize::MAX).get(path).copied()
    }

    fn file(&mut self, path: &Path) -> &mut File {
        match self.node(path) {
            Some(Node::File(id)) => &mut self.files[id],
            _ => panic!("{}: no such file in the trace", path.display()),
        }
    }

    fn change_entry(&mut self, of: &Path, change: EntryChange) {
        let parent = of.parent().expect("an entry has a folder");
        let folder = self.folders.get_mut(parent).expect("a known folder");
        folder.unsynced.push(change);
    }

    pub fn apply(&mut self, op: &Op) {
        self.now += 1;
        let time = self.now;
        match op {
            Op::Create { path } => {
                self.files.push(File::default());
                let node = Node::File(self.files.len() - 1);
                self.change_entry(path, EntryChange::Put(path.clone(), node));
            }
            Op::MakeFolder { path } => {
                self.folders.insert(path.clone(), Folder::default());
                self.change_entry(path, EntryChange::Put(path.clone(), Node::Folder));
            }
            Op::Remove { path } => {
                self.change_entry(path, EntryChange::Remove(path.clone()));
            }
            Op::Rename { from, to } => {
                assert_eq!(from.parent(), to.parent(), "moves are not modelled");
                let change = EntryChange::Rename(from.clone(), to.clone());
                self.change_entry(from, change);
            }
            Op::Write {
                path,
                offset,
                bytes,
            } => {
                let file = self.file(path);
                let end = offset + bytes.len() as u64;
                file.len = file.len.max(end);
                file.unsynced.push(Change {
                    time,
                    range: *offset..end,
                    bytes: Some(Rc::clone(bytes)),
                    len: file.len,
                });
            }
            Op::Truncate { path, len } => {
                let file = self.file(path);
                let range = *len..file.len.max(*len);
                file.len = *len;
                file.unsynced.push(Change {
                    time,
                    range,
                    bytes: None,
                    len: *len,
                });
            }
            Op::Sync { path } => self.sync(path),
            Op::Acknowledged => {}
        }
    }

    fn sync(&mut self, path: &Path) {
        if let Some(folder) = self.folders.get_mut(path) {
            folder.synced = folder.entries(usize::MAX);
            folder.unsynced.clear();
        } else {
            let file = self.file(path);
            file.synced = file.read(&|_, _| true, Length::OfData);
            file.unsynced.clear();
        }
    }

    /// Time stamps of the first and the last unsynced change of any file, and how many
    /// sectors the last one touches; `None` when every content is synced.
    pub fn unsynced(&self) -> Option<(usize, usize, u64)> {
        let changes = || self.files.iter().flat_map(|f| &f.unsynced);
        let first = changes().map(|c| c.time).min()?;
        let last = changes().max_by_key(|c| c.time)?;
        Some((first, last.time, sectors(&last.range).count() as u64))
    }

    /// The most unsynced changes of one folder's entries.
    pub fn unsynced_entries(&self) -> usize {
        let counts = self.folders.values().map(|f| f.unsynced.len());
        counts.max().unwrap_or(0)
    }

    /// What a reader finds after the cut.
    pub fn image(&self, cut: Cut) -> Image {
        let (first, last, _) = self.unsynced().unwrap_or_default();
        let last_begins = self
            .files
            .iter()
            .flat_map(|f| &f.unsynced)
            .find(|c| c.time == last)
            .map_or(0, |c| c.range.start / SECTOR);
        let keep = |time: usize, sector: u64| match cut.data {
            Data::All => true,
            Data::None => false,
            Data::OnlyFirst => time == first,
            Data::OnlyLast => time == last,
            Data::AllButFirst => time != first,
            Data::AllButLast => time != last,
            Data::TornAfter(n) => time != last || sector < last_begins + n,
            Data::Writes(seed) => mix(seed, time as u64) & 1 == 0,
            Data::Sectors(seed) => mix(seed, mix(time as u64, sector)) & 1 == 0,
        };
        let mut image = Image::new();
        self.add(&mut image, Path::new(""), cut, &keep);
        image
    }

    fn add(&self, image: &mut Image, folder: &Path, cut: Cut, keep: &dyn Fn(usize, u64) -> bool) {
        let folder = &self.folders[folder];
        let entries = match cut.entries {
            Entries::All => folder.entries(usize::MAX),
            Entries::Synced => folder.entries(0),
            Entries::First(n) => folder.entries(n),
        };
        for (path, node) in entries {
            match node {
                Node::File(id) => {
                    let bytes = self.files[id].read(keep, cut.length);
                    image.insert(path, Some(bytes));
                }
                Node::Folder => {
                    self.add(image, &path, cut, keep);
                    image.insert(path, None);
                }
            }
        }
    }
}

impl File {
    fn read(&self, keep: &dyn Fn(usize, u64) -> bool, length: Length) -> Vec<u8> {
        let mut shown: BTreeMap<u64, usize> = BTreeMap::new();
        let mut len = self.synced.len() as u64;
        for change in &self.unsynced {
            let mut kept = false;
            for sector in sectors(&change.range).filter(|s| keep(change.time, *s)) {
                shown.insert(sector, change.time);
                kept = true;
            }
            if kept || (change.range.is_empty() && keep(change.time, 0)) {
                len = change.len;
            }
        }
        let mut bytes = self.synced.clone();
        for change in &self.unsynced {
            for sector in sectors(&change.range) {
                if shown.get(&sector).is_some_and(|t| change.time <= *t) {
                    change.put(&mut bytes, sector);
                }
            }
        }
        let len = match length {
            Length::OfData => len,
            Length::Synced => self.synced.len() as u64,
            Length::Newest => self.len,
        };
        bytes.resize(len as usize, 0);
        bytes
    }
}

impl Change {
    /// Puts what falls into one sector.
    fn put(&self, file: &mut Vec<u8>, sector: u64) {
        let from = self.range.start.max(sector * SECTOR);
        let to = self.range.end.min((sector + 1) * SECTOR);
        if (file.len() as u64) < to {
            file.resize(to as usize, 0);
        }
        let target = &mut file[from as usize..to as usize];
        match &self.bytes {
            Some(bytes) => {
                let skip = (from - self.range.start) as usize;
                target.copy_from_slice(&bytes[skip..skip + target.len()]);
            }
            None => target.fill(0),
        }
    }
}

fn sectors(range: &Range<u64>) -> Range<u64> {
    if range.is_empty() {
        return 0..0;
    }
    range.start / SECTOR..range.end.div_ceil(SECTOR)
}

/// SplitMix64 over both: deterministic, evenly spread.
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(b)
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Writes an image into an empty folder.
pub fn write_image(image: &Image, root: &Path) {
    for (path, _) in image.iter().filter(|(_, content)| content.is_none()) {
        fs::create_dir_all(root.join(path)).unwrap();
    }
    for (path, content) in image {
        if let Some(bytes) = content {
            fs::write(root.join(path), bytes).unwrap();
        }
    }
}

/// What really stands below `root`.
pub fn read_image(root: &Path) -> Image {
    let cut = Cut {
        data: Data::All,
        length: Length::OfData,
        entries: Entries::All,
    };
    Disk::load(root).image(cut)
}

#[test]
fn each_sector_shows_one_of_its_contents_since_the_last_flush() {
    let path = PathBuf::from("f");
    let write = |offset, byte: u8, len| Op::Write {
        path: PathBuf::from("f"),
        offset,
        bytes: vec![byte; len].into(),
    };
    let mut disk = Disk {
        folders: BTreeMap::from([(PathBuf::new(), Folder::default())]),
        files: Vec::new(),
        now: 0,
    };
    disk.apply(&Op::Create { path: path.clone() });
    disk.apply(&write(0, 1, 1024));
    disk.apply(&Op::Sync { path: path.clone() });
    disk.apply(&write(0, 2, 600));
    disk.apply(&write(512, 3, 1024));
    let cut = |data, length, entries| Cut {
        data,
        length,
        entries,
    };
    let read = |data, length| {
        let image = disk.image(cut(data, length, Entries::All));
        let bytes = image[&path].clone().unwrap();
        let mut runs: Vec<(u8, usize)> = Vec::new();
        for byte in bytes {
            match runs.last_mut() {
                Some((b, n)) if *b == byte => *n += 1,
                _ => runs.push((byte, 1)),
            }
        }
        runs
    };
    assert_eq!(read(Data::None, Length::OfData), [(1, 1024)]);
    assert_eq!(read(Data::All, Length::OfData), [(2, 512), (3, 1024)]);
    assert_eq!(
        read(Data::OnlyFirst, Length::OfData),
        [(2, 600), (1, 424)],
        "the second write is lost"
    );
    assert_eq!(
        read(Data::OnlyLast, Length::OfData),
        [(1, 512), (3, 1024)],
        "the first write is lost where the second did not cover it"
    );
    assert_eq!(
        read(Data::TornAfter(1), Length::OfData),
        [(2, 512), (3, 512), (0, 512)],
        "the length came, its last sector did not"
    );
    assert_eq!(read(Data::All, Length::Synced), [(2, 512), (3, 512)]);
    assert_eq!(
        disk.image(cut(Data::All, Length::OfData, Entries::Synced)),
        Image::new(),
        "the file's name was never flushed"
    );
}
