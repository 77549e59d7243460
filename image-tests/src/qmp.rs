//! A typed client of QEMU's machine protocol (QMP): one struct per command, one
//! closed enum of the events that tests wait for.
//!
//! Protocol: <https://www.qemu.org/docs/master/interop/qmp-spec.html>, commands as of QEMU 7.2.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::{Duration, Instant},
};

/// How long QEMU may take to answer one command; it writes pictures and memory meanwhile.
const ANSWER: Duration = Duration::from_secs(120);

#[derive(Debug, thiserror::Error)]
pub enum QmpError {
    #[error("QEMU's control socket: {0}")]
    Io(#[from] io::Error),
    #[error("QEMU's control socket was closed: the machine is gone")]
    Closed,
    #[error("QEMU did not answer {0}")]
    NoAnswer(&'static str),
    #[error("QEMU refused {command}: {reason}")]
    Refused {
        command: &'static str,
        reason: String,
    },
    #[error("QEMU said something unexpected: {0}")]
    Unexpected(String),
}

/// A command and what QEMU returns for it.
pub trait Command: Serialize {
    const NAME: &'static str;
    type Return: DeserializeOwned;
}

macro_rules! command {
    ($(#[$doc:meta])* $name:ident = $wire:literal -> $ret:ty { $($(#[$field:meta])* $f:ident : $t:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize)]
        pub struct $name { $($(#[$field])* pub $f: $t),* }
        impl Command for $name {
            const NAME: &'static str = $wire;
            type Return = $ret;
        }
    };
}

command!(
    /// Leaves negotiation; the first command of every connection.
    Capabilities = "qmp_capabilities" -> Nothing {}
);
command!(QueryStatus = "query-status" -> Status {});
command!(QueryBlockStats = "query-blockstats" -> Vec<BlockStats> {
    #[serde(rename = "query-nodes")] query_nodes: bool
});
command!(Stop = "stop" -> Nothing {});
command!(Cont = "cont" -> Nothing {});
command!(
    /// The power button.
    SystemPowerdown = "system_powerdown" -> Nothing {}
);
command!(
    /// The reset button.
    SystemReset = "system_reset" -> Nothing {}
);
command!(
    /// What a reset that the guest asks for does from now on.
    SetAction = "set-action" -> Nothing { reboot: RebootAction }
);
command!(Quit = "quit" -> Nothing {});
command!(Screendump = "screendump" -> Nothing { filename: String, format: PictureFormat });
command!(
    /// Key and pointer events. Without `device` they go to keyboards that are bound to no screen.
    InputSendEvent = "input-send-event" -> Nothing {
        #[serde(skip_serializing_if = "Option::is_none")] device: Option<String>,
        events: Vec<InputEvent>,
    }
);
command!(
    /// Guest-physical memory into a file of the host.
    PhysicalMemorySave = "pmemsave" -> Nothing { val: u64, size: u64, filename: String }
);
command!(BlockdevDel = "blockdev-del" -> Nothing {
    #[serde(rename = "node-name")] node_name: String
});
command!(DeviceDel = "device_del" -> Nothing { id: String });

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RebootAction {
    /// The machine starts again.
    Reset,
    /// The machine stops.
    Shutdown,
}

/// Opens an image file of the host as a named block node.
#[derive(Debug, Clone, Serialize)]
pub struct BlockdevAdd {
    pub driver: BlockFormat,
    #[serde(rename = "node-name")]
    pub node_name: String,
    pub file: FileNode,
}

impl Command for BlockdevAdd {
    const NAME: &'static str = "blockdev-add";
    type Return = Nothing;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockFormat {
    Raw,
    Qcow2,
}

#[derive(Debug, Clone, Serialize)]
pub struct FileNode {
    pub driver: &'static str,
    pub filename: String,
}

impl FileNode {
    pub fn new(path: &Path) -> Self {
        Self {
            driver: "file",
            filename: path.display().to_string(),
        }
    }
}

/// A device plugged into the running machine.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "driver")]
pub enum DeviceAdd {
    #[serde(rename = "usb-storage")]
    UsbStorage {
        id: String,
        bus: &'static str,
        drive: String,
        serial: String,
        removable: bool,
    },
    /// `display` binds the keyboard to a screen, so that events can be sent to it alone.
    #[serde(rename = "usb-kbd")]
    UsbKeyboard {
        id: String,
        bus: &'static str,
        display: &'static str,
    },
}

impl Command for DeviceAdd {
    const NAME: &'static str = "device_add";
    type Return = Nothing;
}

/// `{}`.
#[derive(Debug, Clone, Deserialize)]
pub struct Nothing {}

#[derive(Debug, Clone, Deserialize)]
pub struct Status {
    pub running: bool,
    /// `running`, `shutdown`, `paused`, …
    pub status: String,
}

/// What went through one block device since the machine was started.
#[derive(Debug, Clone, Deserialize)]
pub struct BlockStats {
    #[serde(rename = "node-name", default)]
    pub node_name: Option<String>,
    #[serde(default)]
    pub qdev: Option<String>,
    pub stats: BlockCounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct BlockCounts {
    pub rd_operations: u64,
    pub wr_operations: u64,
    pub flush_operations: u64,
    #[serde(default)]
    pub unmap_operations: u64,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureFormat {
    Ppm,
    Png,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
pub enum InputEvent {
    Key { down: bool, key: KeyValue },
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
pub enum KeyValue {
    Qcode(&'static str),
}

/// What QEMU tells without being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The guest powered off or was reset; with `-action` as the machine sets it, it is stopped now.
    Shutdown {
        by_guest: bool,
        reason: String,
    },
    /// A device is unplugged for good.
    DeviceDeleted {
        device: Option<String>,
    },
    Other {
        name: String,
    },
}

#[derive(Deserialize)]
struct Incoming {
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    data: Value,
    #[serde(rename = "return", default)]
    returned: Option<Value>,
    #[serde(default)]
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    desc: String,
}

/// A connection to one machine.
#[derive(Debug)]
pub struct Qmp {
    socket: UnixStream,
    unread: Vec<u8>,
    events: VecDeque<Event>,
}

impl Qmp {
    /// Connects to a machine's socket and leaves negotiation.
    pub fn connect(path: &Path) -> Result<Self, QmpError> {
        let socket = UnixStream::connect(path)?;
        let mut qmp = Self {
            socket,
            unread: Vec::new(),
            events: VecDeque::new(),
        };
        // The greeting tells QEMU's version; any line will do.
        qmp.line(Instant::now() + ANSWER)?
            .ok_or(QmpError::NoAnswer("the connection"))?;
        qmp.execute(&Capabilities {})?;
        Ok(qmp)
    }

    /// Runs one command and waits for what it returns; events that come meanwhile are kept.
    pub fn execute<C: Command>(&mut self, command: &C) -> Result<C::Return, QmpError> {
        #[derive(Serialize)]
        struct Envelope<'a, C> {
            execute: &'static str,
            arguments: &'a C,
        }
        let mut line = serde_json::to_vec(&Envelope {
            execute: C::NAME,
            arguments: command,
        })
        .map_err(|e| QmpError::Unexpected(e.to_string()))?;
        line.push(b'\n');
        self.socket.write_all(&line)?;
        let until = Instant::now() + ANSWER;
        loop {
            let line = self.line(until)?.ok_or(QmpError::NoAnswer(C::NAME))?;
            let message = parse(&line)?;
            if let Some(event) = event_of(&message) {
                self.events.push_back(event);
            } else if let Some(refusal) = message.error {
                return Err(QmpError::Refused {
                    command: C::NAME,
                    reason: refusal.desc,
                });
            } else if let Some(value) = message.returned {
                return serde_json::from_value(value)
                    .map_err(|e| QmpError::Unexpected(format!("{}: {e}", C::NAME)));
            }
        }
    }

    /// The next event that `wanted` accepts, within `wait`; earlier ones of other kinds stay.
    pub fn event(
        &mut self,
        wait: Duration,
        mut wanted: impl FnMut(&Event) -> bool,
    ) -> Result<Option<Event>, QmpError> {
        let until = Instant::now() + wait;
        loop {
            if let Some(at) = self.events.iter().position(&mut wanted) {
                return Ok(self.events.remove(at));
            }
            match self.line(until)? {
                None => return Ok(None),
                Some(line) => {
                    if let Some(event) = event_of(&parse(&line)?) {
                        self.events.push_back(event);
                    }
                }
            }
        }
    }

    /// One line, or `None` at `until`.
    fn line(&mut self, until: Instant) -> Result<Option<Vec<u8>>, QmpError> {
        loop {
            if let Some(end) = self.unread.iter().position(|b| *b == b'\n') {
                let line = self.unread.drain(..=end).collect();
                return Ok(Some(line));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.socket.set_read_timeout(Some(left))?;
            let mut chunk = [0; 16 * 1024];
            match self.socket.read(&mut chunk) {
                Ok(0) => return Err(QmpError::Closed),
                Ok(n) => self.unread.extend_from_slice(&chunk[..n]),
                Err(e)
                    if matches!(
                        e.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::TimedOut
                            | io::ErrorKind::Interrupted
                    ) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
}

fn parse(line: &[u8]) -> Result<Incoming, QmpError> {
    serde_json::from_slice(line)
        .map_err(|e| QmpError::Unexpected(format!("{e}: {}", String::from_utf8_lossy(line))))
}

fn event_of(message: &Incoming) -> Option<Event> {
    let name = message.event.as_deref()?;
    let text = |key: &str| message.data.get(key).and_then(Value::as_str);
    Some(match name {
        "SHUTDOWN" => Event::Shutdown {
            by_guest: message.data.get("guest").and_then(Value::as_bool) == Some(true),
            reason: text("reason").unwrap_or_default().to_owned(),
        },
        "DEVICE_DELETED" => Event::DeviceDeleted {
            device: text("device").map(str::to_owned),
        },
        _ => Event::Other {
            name: name.to_owned(),
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_device_is_written_as_qemu_reads_it() {
        let stick = DeviceAdd::UsbStorage {
            id: "companion".into(),
            bus: "xhci.0",
            drive: "node".into(),
            serial: "S1".into(),
            removable: true,
        };
        assert_eq!(
            serde_json::to_value(&stick).unwrap(),
            serde_json::json!({"driver": "usb-storage", "id": "companion", "bus": "xhci.0",
                "drive": "node", "serial": "S1", "removable": true})
        );
    }

    #[test]
    fn a_key_is_written_as_qemu_reads_it() {
        let key = InputEvent::Key {
            down: true,
            key: KeyValue::Qcode("ret"),
        };
        assert_eq!(
            serde_json::to_value(&key).unwrap(),
            serde_json::json!({"type": "key", "data": {"down": true,
                "key": {"type": "qcode", "data": "ret"}}})
        );
    }

    #[test]
    fn a_power_off_is_told_from_a_reset() {
        let line = br#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}"#;
        assert_eq!(
            event_of(&parse(line).unwrap()),
            Some(Event::Shutdown {
                by_guest: true,
                reason: "guest-shutdown".into()
            })
        );
    }

    #[test]
    fn an_answer_is_found_among_events_and_in_pieces() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mut qmp = Qmp {
            socket: ours,
            unread: Vec::new(),
            events: VecDeque::new(),
        };
        let feeder = std::thread::spawn(move || {
            theirs
                .write_all(
                    b"{\"event\": \"DEVICE_DELETED\", \"data\": {\"device\": \"k\"}}\n{\"ret",
                )
                .unwrap();
            std::thread::sleep(Duration::from_millis(50));
            theirs
                .write_all(b"urn\": {\"running\": true, \"status\": \"running\"}}\n")
                .unwrap();
            theirs
        });
        assert!(qmp.execute(&QueryStatus {}).unwrap().running);
        let _theirs = feeder.join().unwrap();
        let gone = qmp.event(Duration::ZERO, |e| matches!(e, Event::DeviceDeleted { .. }));
        assert_eq!(
            gone.unwrap(),
            Some(Event::DeviceDeleted {
                device: Some("k".into())
            })
        );
    }
}
