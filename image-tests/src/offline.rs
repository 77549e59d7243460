//! A vault that lies unplugged, opened on this computer with public tools only:
//! cryptsetup(8) tells the volume key to whom has the passphrase, the blocks are decrypted
//! here (this needs no device mapper), debugfs(8) reads the file system.
//!
//! What a third party could do with passphrase and documents, and nothing more.

use crate::{
    people::PASSPHRASE,
    stick::{Stick, StickError},
};
use aes::{Aes256, cipher::KeyInit};
use ledger::{ChainVerifier, Entry, Hash};
use rusqlite::{Connection, OpenFlags};
use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use xts_mode::Xts128;

#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    #[error(transparent)]
    Stick(#[from] StickError),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{program}: {said}")]
    Tool { program: &'static str, said: String },
    #[error("the stick has no vault partition")]
    NoVault,
    #[error("the vault's header has a form that docs/formats does not describe: {0}")]
    Header(&'static str),
    #[error("the vault's database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the ledger's chain: {0}")]
    Chain(String),
}

type Result<T> = std::result::Result<T, OfflineError>;

/// An employee as the vault holds them; dates as in ISO 8601, sex `male`, `female` or nothing.
#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Stored {
    pub employee_no: String,
    pub name: String,
    pub kana: String,
    pub birth_date: String,
    pub sex: String,
    pub address: String,
    pub hired_on: String,
    pub has_number: bool,
}

/// An opened vault: the stick's whole content and the plain file system beside it.
#[derive(Debug)]
pub struct OpenVault {
    stick: PathBuf,
    plain: PathBuf,
    /// Where the encrypted blocks start in the stick, bytes.
    data: u64,
    key: Vec<u8>,
    sector: usize,
}

impl OpenVault {
    /// Opens the vault of a stick that is in no PC now. Files go to `folder`.
    pub fn open(stick: &Stick, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(io_at(folder))?;
        let raw = folder.join("whole-stick.img");
        stick.export_raw(&raw)?;
        let (start, length) = vault_partition(&raw)?;

        // cryptsetup looks at a file that starts with the header.
        let header = folder.join("header.img");
        copy_range(&raw, start, length.min(32 << 20), &header)?;
        let key_file = folder.join("volume.key");
        let _ = fs::remove_file(&key_file);
        tool(
            "cryptsetup",
            Command::new("cryptsetup")
                .args([
                    "luksDump",
                    "--batch-mode",
                    "--dump-volume-key",
                    "--key-file",
                    "-",
                ])
                .arg("--volume-key-file")
                .arg(&key_file)
                .arg(&header),
            PASSPHRASE.as_bytes(),
        )?;
        let key = fs::read(&key_file).map_err(io_at(&key_file))?;
        let metadata = tool(
            "cryptsetup",
            Command::new("cryptsetup")
                .args(["luksDump", "--dump-json-metadata"])
                .arg(&header),
            b"",
        )?;
        let metadata: serde_json::Value =
            serde_json::from_slice(&metadata).map_err(|_| OfflineError::Header("no JSON"))?;
        let segment = &metadata["segments"]["0"];
        if segment["encryption"] != "aes-xts-plain64" || key.len() != 64 {
            return Err(OfflineError::Header("another cipher"));
        }
        let offset: u64 = segment["offset"]
            .as_str()
            .and_then(|n| n.parse().ok())
            .ok_or(OfflineError::Header("no data offset"))?;
        let sector = segment["sector_size"]
            .as_u64()
            .ok_or(OfflineError::Header("no sector size"))? as usize;
        let vault = Self {
            stick: raw,
            plain: folder.join("plain.img"),
            data: start + offset,
            key,
            sector,
        };
        vault.decrypt(length - offset)?;
        Ok(vault)
    }

    fn cipher(&self) -> Xts128<Aes256> {
        let half = |range| Aes256::new_from_slice(&self.key[range]).expect("half of 512 bits");
        Xts128::new(half(0..32), half(32..64))
    }

    /// The tweak of `plain64`: the block's place in units of 512 bytes.
    fn tweak(&self, at: u64) -> [u8; 16] {
        let mut tweak = [0; 16];
        tweak[..8].copy_from_slice(&(at / 512).to_le_bytes());
        tweak
    }

    /// Writes the plain file system; blocks that were never written stay holes.
    fn decrypt(&self, length: u64) -> Result<()> {
        let cipher = self.cipher();
        let mut from = File::open(&self.stick).map_err(io_at(&self.stick))?;
        let mut to = File::create(&self.plain).map_err(io_at(&self.plain))?;
        to.set_len(length).map_err(io_at(&self.plain))?;
        from.seek(SeekFrom::Start(self.data))
            .map_err(io_at(&self.stick))?;
        let mut piece = vec![0; 1 << 20];
        let mut at = 0;
        while at < length {
            let size = (length - at).min(piece.len() as u64) as usize;
            from.read_exact(&mut piece[..size])
                .map_err(io_at(&self.stick))?;
            if piece[..size].iter().any(|b| *b != 0) {
                for (i, block) in piece[..size].chunks_exact_mut(self.sector).enumerate() {
                    if block.iter().any(|b| *b != 0) {
                        cipher.decrypt_sector(
                            block,
                            self.tweak(at + (i * self.sector) as u64).into(),
                        );
                    }
                }
                to.seek(SeekFrom::Start(at)).map_err(io_at(&self.plain))?;
                to.write_all(&piece[..size]).map_err(io_at(&self.plain))?;
            }
            at += size as u64;
        }
        Ok(())
    }

    /// A file of the vault's file system.
    pub fn file(&self, name: &str, to: &Path) -> Result<()> {
        self.recover_journal()?;
        let _ = fs::remove_file(to);
        self.debugfs(false, &format!("dump {name} {}", to.display()))?;
        if to.exists() {
            Ok(())
        } else {
            Err(OfflineError::Tool {
                program: "debugfs",
                said: format!("{name} is not in the vault"),
            })
        }
    }

    /// Every ledger entry, oldest first, once its chain holds.
    pub fn ledger(&self) -> Result<Vec<Entry>> {
        let folder = self.plain.parent().unwrap_or(Path::new("."));
        let copy = folder.join("vault.db");
        self.file("/vault.db", &copy)?;
        let database = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut select = database.prepare("SELECT bytes, hash FROM ledger ORDER BY seq")?;
        let rows = select.query_map([], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        let mut chain = ChainVerifier::new();
        let mut entries = Vec::new();
        for row in rows {
            let (bytes, hash) = row?;
            let hex: String = hash.iter().map(|b| format!("{b:02x}")).collect();
            let hash = Hash::from_hex(&hex)
                .ok_or_else(|| OfflineError::Chain("a hash has another size".into()))?;
            chain
                .push(&bytes, hash)
                .map_err(|e| OfflineError::Chain(e.to_string()))?;
            entries
                .push(Entry::from_bytes(&bytes).map_err(|e| OfflineError::Chain(e.to_string()))?);
        }
        chain
            .finish()
            .map_err(|e| OfflineError::Chain(e.to_string()))?;
        Ok(entries)
    }

    /// Every employee as the vault holds them, in the order they were registered.
    pub fn employees(&self) -> Result<Vec<Stored>> {
        let folder = self.plain.parent().unwrap_or(Path::new("."));
        let copy = folder.join("vault.db");
        self.file("/vault.db", &copy)?;
        let database = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut select = database.prepare(
            "SELECT e.employee_no, p.name, ifnull(p.kana, ''), ifnull(p.birth_date, ''), p.sex,
                    ifnull(p.address, ''), ifnull(e.hired_on, ''),
                    EXISTS (SELECT 1 FROM numbers n
                            WHERE n.person_id = p.id AND n.sealed IS NOT NULL)
             FROM people p JOIN employees e ON e.person_id = p.id ORDER BY p.id",
        )?;
        let rows = select.query_map([], |row| {
            Ok(Stored {
                employee_no: row.get(0)?,
                name: row.get(1)?,
                kana: row.get(2)?,
                birth_date: row.get(3)?,
                sex: match row.get(4)? {
                    None => String::new(),
                    Some(1) => "male".into(),
                    Some(_) => "female".into(),
                },
                address: row.get(5)?,
                hired_on: row.get(6)?,
                has_number: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// Name, reading and address of everybody, in the order they were registered.
    pub fn people(&self) -> Result<Vec<(String, String, String)>> {
        let folder = self.plain.parent().unwrap_or(Path::new("."));
        let copy = folder.join("vault.db");
        self.file("/vault.db", &copy)?;
        let database = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut select = database.prepare(
            "SELECT name, ifnull(kana, ''), ifnull(address, '') FROM people ORDER BY id",
        )?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// Leaves only so many bytes that can be written to in the vault's file system, and gives
    /// back the stick.
    pub fn fill(self, leave_free: u64, serial: &str) -> Result<Stick> {
        self.recover_journal()?;
        let superblock = self.debugfs(false, "stats")?;
        let number = |label: &str| {
            superblock
                .lines()
                .find_map(|line| line.strip_prefix(label))
                .and_then(|rest| rest.trim().parse::<u64>().ok())
                .ok_or(OfflineError::Header("no free blocks in the superblock"))
        };
        let (free, block) = (number("Free blocks:")?, number("Block size:")?);
        // ext4 never gives these to ordinary writes (fs/ext4/super.c, ext4_calculate_resv_clusters).
        let kept_back = (number("Block count:")? / 50).min(4096);
        let take = free.saturating_sub(kept_back + leave_free / block);
        let before = self.checksums()?;
        self.debugfs(true, "write /dev/null filler")?;
        // Allocated, not written: only the file system's own blocks change.
        self.debugfs(
            true,
            &format!("fallocate filler 0 {}", take.saturating_sub(1)),
        )?;
        self.encrypt_changed(&before)?;
        Ok(Stick::raw(&self.stick, serial))
    }

    /// Puts what the journal holds in its place; a vault that was closed in order has nothing there.
    fn recover_journal(&self) -> Result<()> {
        let status = Command::new("e2fsck")
            .args(["-p", "-f"])
            .arg(&self.plain)
            .output()
            .map_err(io_at(&self.plain))?;
        // e2fsck(8): 1 is "errors corrected", which a journal that was replayed is.
        match status.status.code() {
            Some(0 | 1) => Ok(()),
            _ => Err(OfflineError::Tool {
                program: "e2fsck",
                said: String::from_utf8_lossy(&status.stdout).into_owned(),
            }),
        }
    }

    fn debugfs(&self, write: bool, request: &str) -> Result<String> {
        let mut command = Command::new("debugfs");
        if write {
            command.arg("-w");
        }
        let output = tool(
            "debugfs",
            command.args(["-R", request]).arg(&self.plain),
            b"",
        )?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    fn checksums(&self) -> Result<Vec<u64>> {
        let mut sums = Vec::new();
        self.each_block(|_, block| {
            sums.push(checksum(block));
            Ok(())
        })?;
        Ok(sums)
    }

    /// Encrypts the blocks that changed since `before` back into the stick's image.
    fn encrypt_changed(&self, before: &[u64]) -> Result<()> {
        let cipher = self.cipher();
        let mut to = File::options()
            .write(true)
            .open(&self.stick)
            .map_err(io_at(&self.stick))?;
        self.each_block(|index, block| {
            if before.get(index) != Some(&checksum(block)) {
                let at = (index * self.sector) as u64;
                cipher.encrypt_sector(block, self.tweak(at).into());
                to.seek(SeekFrom::Start(self.data + at))
                    .and_then(|_| to.write_all(block))
                    .map_err(io_at(&self.stick))?;
            }
            Ok(())
        })
    }

    fn each_block(&self, mut visit: impl FnMut(usize, &mut [u8]) -> Result<()>) -> Result<()> {
        let file = File::open(&self.plain).map_err(io_at(&self.plain))?;
        let length = file.metadata().map_err(io_at(&self.plain))?.len() as usize;
        let mut file = io::BufReader::with_capacity(1 << 20, file);
        let mut block = vec![0; self.sector];
        for index in 0..length / self.sector {
            file.read_exact(&mut block).map_err(io_at(&self.plain))?;
            visit(index, &mut block)?;
        }
        Ok(())
    }
}

fn checksum(block: &[u8]) -> u64 {
    block
        .chunks(8)
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, eight| {
            let mut word = [0; 8];
            word[..eight.len()].copy_from_slice(eight);
            (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// Start and length in bytes of the second partition of a GPT (UEFI specification 5.3).
fn vault_partition(stick: &Path) -> Result<(u64, u64)> {
    let mut file = File::open(stick).map_err(io_at(stick))?;
    let mut table = vec![0; 34 * 512];
    file.read_exact(&mut table).map_err(io_at(stick))?;
    let header = &table[512..1024];
    let number = |bytes: &[u8]| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[..8]);
        u64::from_le_bytes(eight)
    };
    if &header[..8] != b"EFI PART" || header[80..84] != 128u32.to_le_bytes() {
        return Err(OfflineError::NoVault);
    }
    let entry = &table[1024 + 128..1024 + 256];
    let (first, last) = (number(&entry[32..]), number(&entry[40..]));
    if entry[..16] == [0; 16] || first == 0 || last < first {
        return Err(OfflineError::NoVault);
    }
    Ok((first * 512, (last - first + 1) * 512))
}

fn copy_range(from: &Path, start: u64, length: u64, to: &Path) -> Result<()> {
    let mut source = File::open(from).map_err(io_at(from))?;
    source.seek(SeekFrom::Start(start)).map_err(io_at(from))?;
    let mut target = File::create(to).map_err(io_at(to))?;
    io::copy(&mut source.take(length), &mut target).map_err(io_at(to))?;
    Ok(())
}

/// Runs a tool with `input` on its standard input; gives back what it wrote.
fn tool(program: &'static str, command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    let failed = |said: String| OfflineError::Tool { program, said };
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(e.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input).map_err(|e| failed(e.to_string()))?;
    }
    let output = child
        .wait_with_output()
        .map_err(|e| failed(e.to_string()))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> OfflineError {
    let path = path.to_owned();
    move |e| OfflineError::Io(path, e)
}
