//! The file of settings on the boot partition: any bytes are settings, and after a change
//! the file says what was set, with half of it as it was.

use protocol::settings::{FILE_BYTES, Layout, RECORD, Settings};

pub(crate) fn run(bytes: &[u8]) {
    let says = Settings::of_file(bytes);
    for keyboard in Layout::ALL {
        let wanted = Settings { keyboard, ..says };
        let Some((at, record)) = wanted.change(bytes) else {
            assert!(bytes.len() != FILE_BYTES || says == wanted);
            continue;
        };
        let mut file = bytes.to_vec();
        file[at..at + RECORD].copy_from_slice(&record);
        assert_eq!(Settings::of_file(&file), wanted);
    }
}
