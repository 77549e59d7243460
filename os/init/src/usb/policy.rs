//! Which USB device is let in: from its descriptors to a decision, nothing else.
//!
//! Let in are hubs, input devices (HID) and mass storage with the SCSI command set over
//! bulk-only transport or UAS. A device is one of these or nothing: a stick that is also
//! a keyboard is the classic attack and stays off. A receiver or keyboard with further
//! interfaces (sound, firmware update) is used, but only its HID interfaces are.
//!
//! Descriptors: USB 2.0 specification, chapter 9.6; class codes: usb.org/defined-class-codes.

use protocol::system::InputKind;

/// Longest descriptors looked at: 255 configurations do not occur, 16 KiB is generous.
const MAX_DESCRIPTORS: usize = 16 * 1024;

const DEVICE: u8 = 1;
const CONFIGURATION: u8 = 2;
const INTERFACE: u8 = 4;

/// What a device that is let in is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Hub,
    Input(InputKind),
    Storage,
}

/// Why a device stays off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The descriptors are cut, too long or contradict themselves.
    Malformed,
    /// No interface is of a kind that is let in.
    NothingAllowed,
    /// It claims to be things that do not belong together.
    MixedKinds,
}

/// Class, subclass and protocol of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceClass {
    pub class: u8,
    pub subclass: u8,
    pub protocol: u8,
}

impl InterfaceClass {
    fn kind(self) -> Option<Kind> {
        match (self.class, self.subclass, self.protocol) {
            (0x09, _, _) => Some(Kind::Hub),
            (0x03, _, 1) => Some(Kind::Input(InputKind::Keyboard)),
            (0x03, _, 2) => Some(Kind::Input(InputKind::Pointer)),
            (0x03, _, _) => Some(Kind::Input(InputKind::Other)),
            // SCSI transparent command set over bulk-only transport or UAS.
            (0x08, 0x06, 0x50 | 0x62) => Some(Kind::Storage),
            _ => None,
        }
    }

    /// Whether this interface may be used in a device let in as `kind`.
    pub fn fits(self, kind: Kind) -> bool {
        match (self.kind(), kind) {
            (Some(Kind::Input(_)), Kind::Input(_)) => true,
            (own, kind) => own == Some(kind),
        }
    }
}

/// Decides from the bytes of sysfs' `descriptors`: the device descriptor, then every
/// configuration with its interfaces.
pub fn judge(descriptors: &[u8]) -> Result<Kind, Refusal> {
    let mut kind: Option<Kind> = None;
    for interface in interfaces(descriptors)? {
        let Some(this) = interface.kind() else {
            continue;
        };
        kind = Some(match (kind, this) {
            (None, this) => this,
            (Some(Kind::Input(a)), Kind::Input(b)) => Kind::Input(stronger(a, b)),
            (Some(kind), this) if kind == this => kind,
            _ => return Err(Refusal::MixedKinds),
        });
    }
    kind.ok_or(Refusal::NothingAllowed)
}

/// What can type is a keyboard, whatever else it is.
fn stronger(a: InputKind, b: InputKind) -> InputKind {
    match (a, b) {
        (InputKind::Keyboard, _) | (_, InputKind::Keyboard) => InputKind::Keyboard,
        (InputKind::Pointer, _) | (_, InputKind::Pointer) => InputKind::Pointer,
        _ => InputKind::Other,
    }
}

/// Every interface (with every alternate setting) of every configuration.
fn interfaces(descriptors: &[u8]) -> Result<Vec<InterfaceClass>, Refusal> {
    if descriptors.len() > MAX_DESCRIPTORS {
        return Err(Refusal::Malformed);
    }
    let mut found = Vec::new();
    let mut rest = descriptors;
    let mut configured = false;
    while let [length, kind, ..] = *rest {
        let length = usize::from(length);
        let (true, Some(body)) = (length >= 2, rest.get(..length)) else {
            return Err(Refusal::Malformed);
        };
        match kind {
            DEVICE if length != 18 || rest.len() != descriptors.len() => {
                return Err(Refusal::Malformed);
            }
            CONFIGURATION => configured = true,
            INTERFACE if length < 9 || !configured => return Err(Refusal::Malformed),
            INTERFACE => found.push(InterfaceClass {
                class: body[5],
                subclass: body[6],
                protocol: body[7],
            }),
            _ => {}
        }
        rest = &rest[length..];
    }
    if rest.is_empty() && descriptors.get(1) == Some(&DEVICE) {
        Ok(found)
    } else {
        Err(Refusal::Malformed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    /// A device with one configuration that has these interfaces.
    fn device(interfaces: &[(u8, u8, u8)]) -> Vec<u8> {
        let mut bytes = vec![
            18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x5e, 0x04, 0x45, 0x07, 0, 1, 1, 2, 3, 1,
        ];
        let total = 9 + 16 * interfaces.len() as u16;
        bytes.extend([9, 2]);
        bytes.extend(total.to_le_bytes());
        bytes.extend([interfaces.len() as u8, 1, 0, 0xa0, 50]);
        for (number, (class, subclass, protocol)) in interfaces.iter().enumerate() {
            bytes.extend([9, 4, number as u8, 0, 1, *class, *subclass, *protocol, 0]);
            bytes.extend([7, 5, 0x81, 3, 8, 0, 10]);
        }
        bytes
    }

    #[test]
    fn a_keyboard_a_mouse_a_hub_and_a_stick_are_let_in() {
        for (interface, kind) in [
            ((3, 1, 1), Kind::Input(InputKind::Keyboard)),
            ((3, 1, 2), Kind::Input(InputKind::Pointer)),
            ((3, 0, 0), Kind::Input(InputKind::Other)),
            ((9, 0, 1), Kind::Hub),
            ((8, 6, 0x50), Kind::Storage),
            ((8, 6, 0x62), Kind::Storage),
        ] {
            assert_eq!(judge(&device(&[interface])), Ok(kind));
        }
    }

    #[test]
    fn network_sound_serial_printer_camera_card_reader_and_floppy_stay_off() {
        for interface in [
            (2, 6, 0),
            (2, 2, 1),
            (1, 1, 0),
            (7, 1, 2),
            (14, 1, 0),
            (11, 0, 0),
            (8, 4, 0),
            (0xff, 0x42, 1),
            (0xe0, 1, 1),
        ] {
            assert_eq!(judge(&device(&[interface])), Err(Refusal::NothingAllowed));
        }
    }

    #[test]
    fn a_receiver_with_mouse_and_keyboard_counts_as_a_keyboard() {
        assert_eq!(
            judge(&device(&[(3, 1, 2), (3, 1, 1), (3, 0, 0)])),
            Ok(Kind::Input(InputKind::Keyboard))
        );
    }

    #[test]
    fn a_headset_is_an_input_device_whose_sound_interfaces_do_not_fit() {
        let kind = judge(&device(&[(1, 1, 0), (1, 2, 0), (3, 0, 0)])).unwrap();
        assert_eq!(kind, Kind::Input(InputKind::Other));
        let sound = InterfaceClass {
            class: 1,
            subclass: 2,
            protocol: 0,
        };
        assert!(!sound.fits(kind));
    }

    #[test]
    fn a_stick_that_is_also_a_keyboard_stays_off() {
        assert_eq!(
            judge(&device(&[(8, 6, 0x50), (3, 1, 1)])),
            Err(Refusal::MixedKinds)
        );
    }

    #[test]
    fn a_hub_that_is_also_a_stick_stays_off() {
        assert_eq!(
            judge(&device(&[(9, 0, 0), (8, 6, 0x50)])),
            Err(Refusal::MixedKinds)
        );
    }

    #[test]
    fn both_settings_of_a_uas_stick_are_storage() {
        let mut bytes = device(&[(8, 6, 0x50), (8, 6, 0x62)]);
        // The second becomes alternate setting 1 of interface 0.
        bytes[18 + 9 + 16 + 2] = 0;
        bytes[18 + 9 + 16 + 3] = 1;
        assert_eq!(judge(&bytes), Ok(Kind::Storage));
    }

    #[test]
    fn cut_descriptors_are_malformed() {
        let whole = device(&[(3, 1, 1)]);
        assert_eq!(judge(&whole[..whole.len() - 3]), Err(Refusal::Malformed));
        assert_eq!(judge(&[]), Err(Refusal::Malformed));
        assert_eq!(judge(&[0, 0, 0]), Err(Refusal::Malformed));
    }

    #[test]
    fn a_second_device_descriptor_is_malformed() {
        let mut bytes = device(&[(3, 1, 1)]);
        bytes.extend(device(&[(8, 6, 0x50)]));
        assert_eq!(judge(&bytes), Err(Refusal::Malformed));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = judge(&bytes);
        }
    }
}
