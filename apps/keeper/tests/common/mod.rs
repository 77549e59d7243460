//! A world for the keeper in memory: one stick, a porter that works on it, and whatever
//! may go wrong between them.

#![allow(dead_code, reason = "each test file uses a part of it")]

use keeper::{Keeper, Outside, Plugged, PorterError, Stop};
use mynumber::Purpose;
use protocol::Secret;
use protocol::clerk::{
    Reply, Rows, Step, companies::CompanyDraft, companions, ledger, numbers::NumberEntry,
    people::PersonDraft, session,
};
use protocol::foreign::{Answer, File, Folder, Job};
use protocol::system::{DeviceId, StickHardware};
use protocol::vessel::Circumstances;
use std::io::Cursor;
use std::path::Path;
use transfer::{Companion, Enrolment, PcSecrets, Program, Sha256};

pub const STICK: DeviceId = 1;
pub const PASSPHRASE: &str = "correct horse battery staple";
const SIZE: u64 = 64 << 20;

/// What goes wrong at the next job that writes files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The stick is pulled before the porter starts.
    PulledBefore,
    /// The porter writes everything, but the stick is pulled before it can say so.
    PulledAfter,
    /// The clerk cancels when everything is written already.
    CancelledAfter,
    /// It is written, but does not read back.
    DoesNotReadBack,
    /// The kiosk dies when everything is written already.
    KioskGoneAfter,
}

/// A keeper right after its first run, with the world around it.
pub struct Desk {
    pub folder: tempfile::TempDir,
    pub keeper: Keeper,
    pub world: World,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::new();
        let keeper = first_run(folder.path(), &mut world);
        Self {
            folder,
            keeper,
            world,
        }
    }

    pub fn ask(&mut self, request: impl Into<protocol::clerk::Request>) -> Reply {
        self.keeper.handle(request, &mut self.world)
    }
}

pub struct World {
    stick: Cursor<Vec<u8>>,
    pub serial: String,
    pub plugged_in: bool,
    pub unix_seconds: i64,
    /// Seconds since the PC was started.
    pub steady_seconds: u64,
    pub mishap: Option<Mishap>,
    /// Starts of a porter still to come before the mishap.
    pub starts_before: u32,
    stop: Option<Stop>,
    /// The clerk cancels when long work tells this step for the so-manieth time, from 1.
    pub cancel_at: Option<(Step, u32)>,
    /// Every step that was told, in order.
    pub told: Vec<(Step, u64, u64)>,
    pub first_runs: u32,
}

impl World {
    pub fn new() -> Self {
        Self {
            stick: Cursor::new(vec![0; SIZE as usize]),
            serial: "60A4".into(),
            plugged_in: true,
            unix_seconds: 1_795_212_000,
            steady_seconds: 1000,
            mishap: None,
            starts_before: 0,
            stop: None,
            cancel_at: None,
            told: Vec::new(),
            first_runs: 0,
        }
    }

    /// What is on the stick, byte for byte.
    pub fn stick(&self) -> &[u8] {
        self.stick.get_ref()
    }

    pub fn put_stick(&mut self, bytes: &[u8]) {
        self.stick.get_mut().copy_from_slice(bytes);
    }

    pub fn hardware(&self) -> StickHardware {
        StickHardware {
            vendor_id: 0x0951,
            product_id: 0x1666,
            vendor: "Kingston".into(),
            product: "DataTraveler".into(),
            serial: self.serial.clone(),
        }
    }

    pub fn job(&mut self, job: &Job) -> Answer {
        porter::run(job, &mut self.stick, SIZE, &mut |_, _| ())
    }

    pub fn identity(&mut self) -> Vec<u8> {
        match self.job(&Job::Inspect { folders: vec![] }) {
            Answer::Inspected {
                identity: Some(identity),
                ..
            } => identity,
            other => panic!("no companion: {other:?}"),
        }
    }

    pub fn files(&mut self, folder: Folder) -> Vec<File> {
        match self.job(&Job::Inspect {
            folders: vec![folder],
        }) {
            Answer::Inspected { files, .. } => files,
            other => panic!("no companion: {other:?}"),
        }
    }

    pub fn put(&mut self, folder: Folder, name: &str, bytes: &[u8]) {
        let job = Job::Update {
            identity: self.identity(),
            put: vec![File {
                folder,
                name: name.into(),
                bytes: bytes.to_vec(),
            }],
            remove: vec![],
        };
        assert_eq!(self.job(&job), Answer::Flushed);
    }

    fn check_stop(&self) -> Result<(), Stop> {
        self.stop.map_or(Ok(()), Err)
    }
}

impl Outside for World {
    fn unix_seconds(&self) -> i64 {
        self.unix_seconds
    }

    fn monotonic_seconds(&self) -> u64 {
        self.steady_seconds
    }

    fn progress(&mut self, step: Step, done: u64, total: u64) -> Result<(), Stop> {
        self.told.push((step, done, total));
        if let Some((at, left)) = &mut self.cancel_at
            && *at == step
        {
            *left -= 1;
            if *left == 0 {
                self.cancel_at = None;
                return Err(Stop::Cancelled);
            }
        }
        self.check_stop()
    }

    fn first_run_done(&mut self) -> Result<(), Stop> {
        self.first_runs += 1;
        Ok(())
    }

    fn start_porter(&mut self, device: DeviceId) -> Result<Plugged, PorterError> {
        self.check_stop()?;
        if self.mishap == Some(Mishap::PulledBefore) {
            if self.starts_before == 0 {
                self.plugged_in = false;
            } else {
                self.starts_before -= 1;
            }
        }
        if device != STICK || !self.plugged_in {
            return Err(PorterError::StickGone);
        }
        Ok(Plugged {
            hardware: self.hardware(),
            size: SIZE,
        })
    }

    fn ask_porter(&mut self, job: &Job, _: Step) -> Result<Answer, PorterError> {
        let answer = self.job(job);
        let writes = matches!(job, Job::Update { put, .. } if !put.is_empty());
        match self
            .mishap
            .take_if(|m| writes && *m != Mishap::PulledBefore)
        {
            Some(Mishap::PulledAfter) => {
                self.plugged_in = false;
                Err(PorterError::StickGone)
            }
            Some(Mishap::CancelledAfter) => Err(Stop::Cancelled.into()),
            Some(Mishap::DoesNotReadBack) => Ok(Answer::Failed(codes::ErrorCode::CompanionVerify)),
            Some(Mishap::KioskGoneAfter) => {
                self.stop = Some(Stop::KioskGone);
                Err(Stop::KioskGone.into())
            }
            Some(Mishap::PulledBefore) | None => Ok(answer),
        }
    }

    fn stop_porter(&mut self) {}
}

/// A keeper that init has started.
pub fn started(folder: &Path, world: &World) -> Keeper {
    let mut keeper = Keeper::new(folder);
    let circumstances = Circumstances {
        pc: "a1b2c3d4e5f60718".into(),
        pc_name: "OptiPlex 3080".into(),
        clock_confirmed: true,
    };
    keeper.start(circumstances, world);
    keeper
}

pub fn first_run(folder: &Path, world: &mut World) -> Keeper {
    let mut keeper = started(folder, world);
    let request = session::Request::FirstRun {
        company: CompanyDraft {
            name: "株式会社サンプル".into(),
            ..CompanyDraft::default()
        },
        owner_name: "山田 太郎".into(),
        passphrase: secret(PASSPHRASE),
        recovery_words: secret("あいこくしん あいさつ あいだ"),
    };
    assert_eq!(keeper.handle(request, world), Reply::Done);
    keeper
}

pub fn login(keeper: &mut Keeper, world: &mut World) {
    let request = session::Request::Login {
        user: None,
        passphrase: secret(PASSPHRASE),
    };
    assert_eq!(keeper.handle(request, world), Reply::Done);
}

pub fn person(no: u32) -> PersonDraft {
    PersonDraft {
        employee_no: format!("{no:04}"),
        name: "髙橋 花子".into(),
        kana: "タカハシ ハナコ".into(),
        birth_date: "1990-04-01".into(),
        ..PersonDraft::default()
    }
}

/// Every entry of the ledger, oldest first; refused ones with a `!`.
pub fn events(keeper: &mut Keeper, world: &mut World) -> Vec<String> {
    let mut events = Vec::new();
    let mut before = None;
    loop {
        let request = ledger::Request::Page { before, limit: 200 };
        let Reply::Ledger(ledger::Reply::Page(Rows { rows, .. })) = keeper.handle(request, world)
        else {
            panic!("no ledger")
        };
        let Some(last) = rows.last() else {
            events.reverse();
            return events;
        };
        before = Some(last.seq);
        events.extend(
            rows.iter()
                .map(|row| format!("{}{}", row.event, if row.refused { "!" } else { "" })),
        );
    }
}

pub fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// The number, typed twice.
pub fn typed(digits: &str) -> NumberEntry {
    NumberEntry::typed(secret(digits), secret(digits))
}

pub fn payroll_program() -> Program {
    Program {
        file_name: "kyuyo.exe".parse().unwrap(),
        sha256: Sha256::of(b"the payroll program"),
    }
}

/// The stick becomes a companion, a payroll PC enrols on it and is approved until the end
/// of March 2030. The PC's keys and the whitelist entry.
pub fn enrol(keeper: &mut Keeper, world: &mut World, purpose: Purpose) -> (PcSecrets, String) {
    let (pc, approved) = enrol_for(keeper, world, purpose, None);
    assert_eq!(approved, Reply::Done);
    let Reply::Companions(companions::Reply::Whitelist(entries)) =
        keeper.handle(companions::Request::Whitelist, world)
    else {
        panic!("no whitelist")
    };
    (pc, entries[0].id.clone())
}

/// The stick becomes a companion, a payroll PC enrols on it, and an approval for this format
/// is asked for: the answer to it.
pub fn enrol_for(
    keeper: &mut Keeper,
    world: &mut World,
    purpose: Purpose,
    format: Option<&str>,
) -> (PcSecrets, Reply) {
    let request = companions::Request::Register {
        device: STICK,
        name: "経理".into(),
    };
    assert_eq!(keeper.handle(request, world), Reply::Done);
    let pc = PcSecrets::generate();
    let identity = transfer::introduce::<Companion>(&world.identity()).unwrap();
    let request = Enrolment::new(
        &pc.public(),
        "給与PC".parse().unwrap(),
        &identity,
        payroll_program(),
        1_795_000_000,
    );
    let request = transfer::sign(request, pc.signing_key()).unwrap();
    world.put(Folder::Enrolments, "PC", request.bytes());
    let waiting = companions::Request::Enrolments { device: STICK };
    let Reply::Companions(companions::Reply::Enrolments(waiting)) = keeper.handle(waiting, world)
    else {
        panic!("no enrolment")
    };
    let request = companions::Request::ApproveEnrolment {
        device: STICK,
        enrolment: waiting[0].id.clone(),
        purpose,
        format: format.map(str::to_owned),
        expires: "2030-03-31".into(),
    };
    (pc, keeper.handle(request, world))
}
