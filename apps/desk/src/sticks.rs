use protocol::system::{DeviceId, Stick, StickHardware};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// pid.codes' vendor id for projects without one of their own; no real stick has it.
const VENDOR_ID: u16 = 0x1209;
const PRODUCT_ID: u16 = 0x0001;

/// The image files that are plugged in.
pub(crate) struct Sticks {
    folder: PathBuf,
    present: BTreeMap<DeviceId, (PathBuf, Stick)>,
    next: DeviceId,
}

pub(crate) enum Change {
    Present(Stick),
    Gone(DeviceId),
}

impl Sticks {
    pub(crate) fn new(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            present: BTreeMap::new(),
            next: 1,
        })
    }

    pub(crate) fn present(&self) -> Vec<Stick> {
        self.present.values().map(|(_, s)| s.clone()).collect()
    }

    pub(crate) fn find(&self, device: DeviceId) -> Option<(&Path, &StickHardware)> {
        self.present
            .get(&device)
            .map(|(path, stick)| (path.as_path(), &stick.hardware))
    }

    /// Looks at the folder again.
    pub(crate) fn look(&mut self) -> Vec<Change> {
        let mut found = images(&self.folder);
        let mut changes = Vec::new();
        self.present.retain(|&device, (path, _)| {
            let stays = found.iter().position(|p| p == path);
            match stays {
                Some(at) => drop(found.swap_remove(at)),
                None => changes.push(Change::Gone(device)),
            }
            stays.is_some()
        });
        found.sort();
        for path in found {
            let device = self.next;
            self.next += 1;
            let stick = Stick {
                device,
                hardware: hardware(&path),
            };
            self.present.insert(device, (path, stick.clone()));
            changes.push(Change::Present(stick));
        }
        changes
    }
}

fn images(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "img") && path.is_file())
        .collect()
}

fn hardware(path: &Path) -> StickHardware {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    StickHardware {
        vendor_id: VENDOR_ID,
        product_id: PRODUCT_ID,
        vendor: "Desk".into(),
        product: "Image file".into(),
        serial: name.chars().filter(|c| !c.is_control()).take(64).collect(),
    }
}
