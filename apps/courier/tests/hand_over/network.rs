//! A network of its own: what a cut is seen by.

use crate::{PATIENCE, SILENCE};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    os::fd::AsFd,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

/// Two network namespaces joined by a cable. The payroll PC lives in the first.
pub struct Network {
    pub pc: Child,
    pub peer: Child,
}

pub const PC_ADDRESS: &str = "10.99.0.1";
pub const PEER_ADDRESS: &str = "10.99.0.2";

impl Network {
    pub fn new() -> Self {
        let holder = || {
            let mut child = Command::new("unshare")
                .args(["--net", "--", "sh", "-c", "echo ready; exec sleep infinity"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap())
                .read_line(&mut line)
                .unwrap();
            assert_eq!(line, "ready\n");
            child
        };
        let network = Network {
            pc: holder(),
            peer: holder(),
        };
        let peer = network.peer.id().to_string();
        network.ip(
            true,
            &[
                "link", "add", "cable0", "type", "veth", "peer", "name", "cable1", "netns", &peer,
            ],
        );
        for (pc, name, address) in [
            (true, "cable0", PC_ADDRESS),
            (false, "cable1", PEER_ADDRESS),
        ] {
            network.ip(
                pc,
                &["address", "add", &format!("{address}/24"), "dev", name],
            );
            network.ip(pc, &["link", "set", name, "up"]);
            network.ip(pc, &["link", "set", "lo", "up"]);
        }
        network
    }

    pub fn file(&self, pc: bool) -> PathBuf {
        let holder = if pc { &self.pc } else { &self.peer };
        format!("/proc/{}/ns/net", holder.id()).into()
    }

    /// A command that runs on the payroll PC or its peer.
    pub fn command(&self, pc: bool, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net={}", self.file(pc).display()))
            .arg("--")
            .arg(program.as_ref());
        command
    }

    pub fn ip(&self, pc: bool, arguments: &[&str]) {
        let status = self.command(pc, "ip").args(arguments).status().unwrap();
        assert!(status.success(), "ip {arguments:?}");
    }

    pub fn nft(&self, arguments: &[&str]) -> Output {
        self.command(true, "/usr/sbin/nft")
            .args(arguments)
            .output()
            .unwrap()
    }

    pub fn is_cut(&self) -> bool {
        let tables = self.nft(&["list", "tables"]);
        String::from_utf8(tables.stdout)
            .unwrap()
            .contains("inet kuramori")
    }

    /// Runs `work` in a thread that lives on the payroll PC or its peer.
    pub fn on<T: Send + 'static>(&self, pc: bool, work: impl FnOnce() -> T + Send + 'static) -> T {
        let namespace = File::open(self.file(pc)).unwrap();
        thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            work()
        })
        .join()
        .unwrap()
    }

    pub fn cable(&self) -> Cable {
        let peer = self.on(false, || UdpSocket::bind((PEER_ADDRESS, 0)).unwrap());
        let peer_listener = self.on(false, || TcpListener::bind((PEER_ADDRESS, 0)).unwrap());
        let pc = self.on(true, || UdpSocket::bind((PC_ADDRESS, 0)).unwrap());
        let pc_loopback = self.on(true, || {
            (
                UdpSocket::bind(("127.0.0.1", 0)).unwrap(),
                UdpSocket::bind(("127.0.0.1", 0)).unwrap(),
            )
        });
        let to = peer_listener.local_addr().unwrap();
        let open = self.on(true, move || {
            TcpStream::connect_timeout(&to, PATIENCE).unwrap()
        });
        let (accepted, _) = peer_listener.accept().unwrap();
        Cable {
            pc,
            peer,
            pc_loopback,
            open,
            accepted,
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for child in [&mut self.pc, &mut self.peer] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Sockets at both ends, made while the network was whole.
pub struct Cable {
    pub pc: UdpSocket,
    pub peer: UdpSocket,
    pub pc_loopback: (UdpSocket, UdpSocket),
    pub open: TcpStream,
    pub accepted: TcpStream,
}

pub fn arrives(from: &UdpSocket, to: &UdpSocket, within: Duration) -> bool {
    to.set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let mut buffer = [0; 16];
    while to.recv(&mut buffer).is_ok() {}
    // Refused by the cut, sending fails at once; that is no arrival.
    let _ = from.send_to(b"packet", to.local_addr().unwrap());
    to.set_read_timeout(Some(within)).unwrap();
    matches!(to.recv(&mut buffer), Ok(6))
}

impl Cable {
    pub fn assert_passes(&self) {
        assert!(arrives(&self.pc, &self.peer, PATIENCE), "out");
        assert!(arrives(&self.peer, &self.pc, PATIENCE), "in");
        self.assert_connection_passes();
    }

    /// Whatever a cut held back is sent again once it is gone.
    pub fn assert_connection_passes(&self) {
        use std::io::Read;
        (&self.open).write_all(b"x").unwrap();
        self.accepted.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut byte = [0];
        (&self.accepted).read_exact(&mut byte).unwrap();
    }

    pub fn assert_cut(&self) {
        assert!(!arrives(&self.pc, &self.peer, SILENCE), "out");
        assert!(!arrives(&self.peer, &self.pc, SILENCE), "in");
        assert!(
            arrives(&self.pc_loopback.0, &self.pc_loopback.1, PATIENCE),
            "loopback stays"
        );
        use std::io::Read;
        // A connection that was open before is cut like a new one. The byte stays queued.
        (&self.open).write_all(b"x").unwrap();
        self.accepted.set_read_timeout(Some(SILENCE)).unwrap();
        assert!((&self.accepted).read(&mut [0]).is_err(), "open connection");
    }
}
