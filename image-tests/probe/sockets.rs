//! Every system call of the socket family, asked of the kernel directly: the C library
//! could answer in its place.
#![allow(
    unsafe_code,
    reason = "system calls by number, with arguments that point nowhere or at a local"
)]

use image_tests::probe::Answer;

/// One above the highest address family Linux 6.12 knows (AF_MAX, include/linux/socket.h).
const FAMILIES: libc::c_long = 46;
/// SOCK_STREAM, DGRAM, RAW, RDM, SEQPACKET, DCCP, PACKET.
const TYPES: [libc::c_long; 7] = [1, 2, 3, 4, 5, 6, 10];

pub fn ask() -> Vec<Answer> {
    let mut pair = [-1i32; 2];
    let pair = pair.as_mut_ptr() as libc::c_long;
    let mut answers = vec![
        over_families("socket", libc::SYS_socket, 0),
        over_families("socketpair", libc::SYS_socketpair, pair),
    ];
    // The others take a socket; with none to be had, a call that exists would say EBADF.
    let others = [
        ("bind", libc::SYS_bind),
        ("listen", libc::SYS_listen),
        ("accept", libc::SYS_accept),
        ("accept4", libc::SYS_accept4),
        ("connect", libc::SYS_connect),
        ("getsockname", libc::SYS_getsockname),
        ("getpeername", libc::SYS_getpeername),
        ("sendto", libc::SYS_sendto),
        ("recvfrom", libc::SYS_recvfrom),
        ("sendmsg", libc::SYS_sendmsg),
        ("recvmsg", libc::SYS_recvmsg),
        ("sendmmsg", libc::SYS_sendmmsg),
        ("recvmmsg", libc::SYS_recvmmsg),
        ("shutdown", libc::SYS_shutdown),
        ("setsockopt", libc::SYS_setsockopt),
        ("getsockopt", libc::SYS_getsockopt),
    ];
    answers.extend(others.map(|(call, number)| Answer {
        call: call.into(),
        tried: 1,
        not_there: u32::from(is_not_there(number, [-1, 0, 0, 0])),
    }));
    answers
}

fn over_families(call: &str, number: libc::c_long, fourth: libc::c_long) -> Answer {
    let mut answer = Answer {
        call: call.into(),
        tried: 0,
        not_there: 0,
    };
    for family in 0..=FAMILIES {
        for kind in TYPES {
            answer.tried += 1;
            answer.not_there += u32::from(is_not_there(number, [family, kind, 0, fourth]));
        }
    }
    answer
}

fn is_not_there(number: libc::c_long, arguments: [libc::c_long; 4]) -> bool {
    let [a, b, c, d] = arguments;
    // SAFETY: the only pointer handed over is `fourth`, to two integers that outlive the call;
    // a socket that should not exist but does is leaked, which ends with the guest.
    let result = unsafe { libc::syscall(number, a, b, c, d, 0 as libc::c_long, 0 as libc::c_long) };
    result == -1 && std::io::Error::last_os_error().raw_os_error() == Some(libc::ENOSYS)
}
