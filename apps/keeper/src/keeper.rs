use crate::access::{self, Circumstances};
use crate::imports::Staged;
use crate::input::{self, Arriving};
use crate::outside::Outside;
use crate::records::Reports;
use crate::refusal::{self, Refusal};
use crate::work::Work;
use codes::ErrorCode;
use ledger::{Event, Pc, Subject};
use mynumber::Date;
use protocol::clerk::{Reply, Request};
use protocol::system::InputKind;
use protocol::vessel;
use std::path::{Path, PathBuf};
use vault::{Moment, Note, Session, Vault};

/// The one who decides: the vault, and who is logged in.
pub struct Keeper {
    pub(crate) folder: PathBuf,
    pub(crate) pc: Pc,
    pub(crate) clock_confirmed: bool,
    pub(crate) store: Store,
    pub(crate) session: Option<Session>,
    /// A refusal without a login was recorded since the last lock. One is enough: a
    /// kiosk gone wrong must not fill the stick with them.
    pub(crate) recorded_without_login: bool,
    pub(crate) reports: Reports,
    /// The file that is imported, until the session or the company ends.
    pub(crate) import: Option<Staged>,
    /// What Japanese input learned, while it comes in pieces.
    pub(crate) input: Arriving,
}

pub(crate) enum Store {
    /// Init has not said [`protocol::vessel::FromInit::Start`] yet.
    NotStarted,
    /// Before the first run.
    Missing,
    Open(Box<Vault>),
    /// It cannot be used, and why.
    Unusable(ErrorCode),
}

impl Keeper {
    /// A keeper of the vault in `folder`. Nothing is opened before [`Keeper::start`].
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            pc: pc("unknown", ""),
            clock_confirmed: false,
            store: Store::NotStarted,
            session: None,
            recorded_without_login: false,
            reports: Reports::default(),
            import: None,
            input: Arriving::default(),
        }
    }

    /// Opens the vault, if there is one, for this start of the PC.
    pub fn start(&mut self, circumstances: vessel::Circumstances, outside: &dyn Outside) {
        self.pc = pc(&circumstances.pc, &circumstances.pc_name);
        self.clock_confirmed = circumstances.clock_confirmed;
        self.store = self.opened();
        if self.clock_confirmed {
            self.note(&Note::new(Event::ClockConfirmed), outside);
        }
        self.sweep_snapshots(outside);
    }

    /// What there is in the vault's folder now.
    pub(crate) fn opened(&self) -> Store {
        match Vault::open(&self.folder, self.pc.clone()) {
            Ok(Some(vault)) => {
                input::forget_removed(&self.folder, &vault);
                Store::Open(Box::new(vault))
            }
            Ok(None) => Store::Missing,
            Err(error) => Store::Unusable(refusal::code(&error)),
        }
    }

    /// Decides one request. Whatever comes back has been recorded as far as it has to be.
    pub fn handle(&mut self, request: impl Into<Request>, outside: &mut dyn Outside) -> Reply {
        let request = request.into();
        let name = request.rule().name;
        match self.decide(request, outside) {
            Ok(reply) => reply,
            Err(refusal) => {
                self.record_refusal(&refusal, name, outside);
                refusal.into()
            }
        }
    }

    pub fn session_open(&self) -> bool {
        self.session.is_some()
    }

    /// Puts another session in place of this one. Only tests have two: they would otherwise
    /// spend their time in key derivations.
    #[doc(hidden)]
    pub fn swap_session(&mut self, session: Option<Session>) -> Option<Session> {
        std::mem::replace(&mut self.session, session)
    }

    /// The kiosk died: whoever sits there has to log in again.
    pub fn kiosk_gone(&mut self, outside: &dyn Outside) {
        // The keys are gone in any case; if the entry cannot be written, there is
        // nobody to tell.
        let _ = self.lock(outside);
    }

    /// The kiosk's bytes are not messages: it is broken or hostile.
    pub fn kiosk_broken(&mut self, outside: &dyn Outside) {
        let refusal = Refusal::Code(ErrorCode::MalformedMessage);
        self.record_refusal(&refusal, "Malformed", outside);
        let _ = self.lock(outside);
    }

    /// The clerk let an input device in, or not.
    pub fn device_decided(
        &mut self,
        _kind: InputKind,
        name: &str,
        allowed: bool,
        outside: &dyn Outside,
    ) {
        let event = if allowed {
            Event::DeviceAllowed
        } else {
            Event::DeviceRefused
        };
        self.note(&Note::new(event).about(device(name)), outside);
    }

    /// Drops the keys and closes the database.
    pub fn close(&mut self, outside: &dyn Outside) {
        let now = self.now(outside);
        let session = self.session.take();
        self.import = None;
        self.reports = Reports::default();
        if let Store::Open(vault) = std::mem::replace(&mut self.store, Store::NotStarted) {
            // What was acknowledged is durable already; a last entry that cannot be
            // written changes nothing about that.
            let _ = vault.close(session, now);
        }
    }

    fn decide(&mut self, request: Request, outside: &mut dyn Outside) -> Result<Reply, Refusal> {
        match request {
            Request::Session(request) => self.about_the_session(request, outside),
            Request::Snapshots(request)
                if matches!(
                    self.store,
                    Store::Missing | Store::Unusable(ErrorCode::VaultDamaged)
                ) =>
            {
                self.snapshots_without_a_vault(request, outside)
            }
            // It stops what is under way; here nothing is.
            Request::Cancel => Err(Refusal::Told(ErrorCode::NotAllowedNow)),
            request => {
                let clock_confirmed = self.clock_confirmed;
                let mut restored = false;
                let (vault, session) = match (&mut self.store, &self.session) {
                    (Store::Unusable(code), _) => return Err(Refusal::Told(*code)),
                    (Store::Open(vault), Some(session)) => (vault, session),
                    _ => return Err(ErrorCode::SessionLocked.into()),
                };
                let at = Circumstances {
                    pc: &self.pc.id,
                    today: Date::in_japan(outside.unix_seconds())
                        .map_err(|_| ErrorCode::ClockImplausible)?,
                };
                access::check(&request.rule(), vault, session, &at)?;
                let hides = access::leaves_scope_to_the_vault(&request.rule());
                let answer = Work {
                    vault,
                    session,
                    outside,
                    clock_confirmed,
                    folder: &self.folder,
                    reports: &mut self.reports,
                    import: &mut self.import,
                    restored: &mut restored,
                    input: &mut self.input,
                }
                .answer(request);
                if restored {
                    self.take_restored(outside);
                }
                match answer {
                    Err(Refusal::Code(ErrorCode::OutOfScope)) if hides => Err(Refusal::Hidden),
                    answer => answer,
                }
            }
        }
    }

    fn record_refusal(&mut self, refusal: &Refusal, request: &str, outside: &dyn Outside) {
        let code = match refusal {
            Refusal::Code(code) => *code,
            Refusal::Hidden => ErrorCode::OutOfScope,
            // Who types numbers to learn whether somebody has them is no clumsy typist.
            Refusal::Fields(wrong) if wrong.iter().any(|w| w.code == ErrorCode::NumberTaken) => {
                ErrorCode::NumberTaken
            }
            Refusal::Told(_) | Refusal::Waits(_) | Refusal::Fields(_) => return,
        };
        if self.session.is_none() && std::mem::replace(&mut self.recorded_without_login, true) {
            return;
        }
        let now = self.now(outside);
        if let Store::Open(vault) = &mut self.store {
            let note = Note::new(Event::RequestRefused).document(request);
            // The request is refused all the same.
            let _ = vault.record_refusal(self.session.as_ref(), &note, code.code(), now);
        }
    }

    /// An entry that no request waits for: if it cannot be written, the next request
    /// meets the same error and tells it.
    pub(crate) fn note(&mut self, note: &Note, outside: &dyn Outside) {
        let now = self.now(outside);
        if let Store::Open(vault) = &mut self.store {
            let _ = vault.record(self.session.as_ref(), note, now);
        }
    }

    pub(crate) fn now(&self, outside: &dyn Outside) -> Moment {
        Moment {
            unix_seconds: outside.unix_seconds(),
            clock_confirmed: self.clock_confirmed,
            steady_seconds: outside.monotonic_seconds(),
        }
    }
}

/// A device under the name it gives itself, if that can stand in the ledger.
pub(crate) fn device(name: &str) -> Subject {
    Subject::Device {
        name: ledger_text(name),
    }
}

fn pc(id: &str, name: &str) -> Pc {
    let id: String = id
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(64)
        .collect();
    Pc {
        id: if id.is_empty() { "unknown".into() } else { id },
        name: ledger_text(name),
    }
}

/// Foreign text for the ledger: at most 100 characters, no control characters, and
/// nothing that passes as an individual number (a serial number may).
fn ledger_text(foreign: &str) -> String {
    let text: String = foreign
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    if text.trim().is_empty() || mynumber::contains_individual_number(&text) {
        "–".into()
    } else {
        text
    }
}
