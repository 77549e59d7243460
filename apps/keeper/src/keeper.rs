use crate::forms::{self, Form};
use crate::outside::Outside;
use crate::refusal::{self, Refusal};
use crate::work::Work;
use codes::ErrorCode;
use ledger::{Event, Pc, Subject};
use protocol::Secret;
use protocol::clerk::{CompanyDraft, Reply, Request, State, Step};
use protocol::system::InputKind;
use protocol::vessel::Circumstances;
use std::path::{Path, PathBuf};
use vault::{FirstRun, Moment, Note, Session, Vault, VaultError};

/// The one who decides: the vault, and who is logged in.
pub struct Keeper {
    folder: PathBuf,
    pc: Pc,
    clock_confirmed: bool,
    store: Store,
    session: Option<Session>,
    /// A refusal without a login was recorded since the last lock. One is enough: a
    /// kiosk gone wrong must not fill the stick with them.
    recorded_without_login: bool,
}

enum Store {
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
        }
    }

    /// Opens the vault, if there is one, for this start of the PC.
    pub fn start(&mut self, circumstances: Circumstances, outside: &dyn Outside) {
        self.pc = pc(&circumstances.pc, &circumstances.pc_name);
        self.clock_confirmed = circumstances.clock_confirmed;
        self.store = match Vault::open(&self.folder, self.pc.clone()) {
            Ok(Some(vault)) => Store::Open(Box::new(vault)),
            Ok(None) => Store::Missing,
            Err(error) => Store::Unusable(refusal::code(&error)),
        };
        if self.clock_confirmed {
            self.note(&Note::new(Event::ClockConfirmed), outside);
        }
    }

    /// Decides one request. Whatever comes back has been recorded as far as it has to be.
    pub fn handle(&mut self, request: Request, outside: &mut dyn Outside) -> Reply {
        let name = name(&request);
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
        if let Store::Open(vault) = std::mem::replace(&mut self.store, Store::NotStarted) {
            // What was acknowledged is durable already; a last entry that cannot be
            // written changes nothing about that.
            let _ = vault.close(session, now);
        }
    }

    fn decide(&mut self, request: Request, outside: &mut dyn Outside) -> Result<Reply, Refusal> {
        match request {
            Request::State => self.state(outside),
            Request::FirstRun {
                company,
                owner_name,
                passphrase,
                recovery_words,
            } => self.first_run(&company, &owner_name, &passphrase, &recovery_words, outside),
            Request::Login { passphrase } => self.login(outside, |vault, now| {
                vault.login(None, passphrase.expose(), now)
            }),
            Request::Recover {
                recovery_words,
                new_passphrase,
            } => {
                let mut form = Form::default();
                forms::recovery_words(&mut form, &recovery_words);
                forms::passphrase(&mut form, &new_passphrase);
                form.clean()?;
                self.login(outside, |vault, now| {
                    vault.recover(None, recovery_words.expose(), new_passphrase.expose(), now)
                })
            }
            Request::Lock => self.lock(outside).map(|()| Reply::Done),
            // It stops what is under way; here nothing is.
            Request::Cancel => Err(Refusal::Told(ErrorCode::NotAllowedNow)),
            request => {
                let clock_confirmed = self.clock_confirmed;
                match (&mut self.store, &self.session) {
                    (Store::Unusable(code), _) => Err(Refusal::Told(*code)),
                    (Store::Open(vault), Some(session)) => Work {
                        vault,
                        session,
                        outside,
                        clock_confirmed,
                    }
                    .answer(request),
                    _ => Err(ErrorCode::SessionLocked.into()),
                }
            }
        }
    }

    fn state(&mut self, outside: &dyn Outside) -> Result<Reply, Refusal> {
        let now = self.now(outside);
        let state = match &self.store {
            Store::NotStarted => return Err(Refusal::Told(ErrorCode::NotAllowedNow)),
            Store::Unusable(code) => return Err(Refusal::Told(*code)),
            Store::Missing => State {
                company: None,
                user: None,
                last_entry: None,
                wait_seconds: 0,
            },
            Store::Open(vault) => State {
                company: Some(vault.company_name()?),
                user: self.session.as_ref().map(|s| s.user_name().to_owned()),
                last_entry: vault.last_entry_unix()?,
                wait_seconds: vault.wait_seconds(None, now),
            },
        };
        Ok(Reply::State(state))
    }

    fn first_run(
        &mut self,
        company: &CompanyDraft,
        owner_name: &str,
        passphrase: &Secret,
        recovery_words: &Secret,
        outside: &mut dyn Outside,
    ) -> Result<Reply, Refusal> {
        match &self.store {
            Store::Missing => {}
            Store::Open(_) => return Err(ErrorCode::VaultExists.into()),
            Store::Unusable(code) => return Err(Refusal::Told(*code)),
            Store::NotStarted => return Err(Refusal::Told(ErrorCode::NotAllowedNow)),
        }
        let mut form = Form::default();
        let company = forms::company(&mut form, company);
        let owner_name = forms::owner_name(&mut form, owner_name);
        forms::passphrase(&mut form, passphrase);
        forms::recovery_words(&mut form, recovery_words);
        let (Some(company), Some(owner_name), true) = (company, owner_name, form.is_clean()) else {
            return Err(Refusal::Fields(form.errors()));
        };
        outside.progress(Step::DerivingKey, 0, 1)?;
        let first = FirstRun {
            company,
            owner_name,
            passphrase: passphrase.expose(),
            recovery_words: recovery_words.expose(),
        };
        let now = self.now(outside);
        let (vault, session) = Vault::create(&self.folder, self.pc.clone(), &first, now)?;
        self.store = Store::Open(Box::new(vault));
        self.session = Some(session);
        if self.clock_confirmed {
            self.note(&Note::new(Event::ClockConfirmed), outside);
        }
        outside.first_run_done()?;
        Ok(Reply::Done)
    }

    fn login(
        &mut self,
        outside: &mut dyn Outside,
        open: impl FnOnce(&mut Vault, Moment) -> Result<Session, VaultError>,
    ) -> Result<Reply, Refusal> {
        let now = self.now(outside);
        let vault = match &mut self.store {
            Store::Open(vault) => vault,
            Store::Unusable(code) => return Err(Refusal::Told(*code)),
            Store::Missing | Store::NotStarted => {
                return Err(Refusal::Told(ErrorCode::NotAllowedNow));
            }
        };
        if self.session.is_some() {
            return Err(ErrorCode::NotAllowedNow.into());
        }
        outside.progress(Step::DerivingKey, 0, 1)?;
        // Attempts during the wait are not recorded one by one: the failures before are.
        let session = open(vault, now).map_err(|error| match error {
            VaultError::TooManyAttempts { .. } => Refusal::Told(ErrorCode::TooManyAttempts),
            other => other.into(),
        })?;
        self.session = Some(session);
        self.recorded_without_login = false;
        Ok(Reply::Done)
    }

    fn lock(&mut self, outside: &dyn Outside) -> Result<(), Refusal> {
        let now = self.now(outside);
        match (self.session.take(), &mut self.store) {
            (Some(session), Store::Open(vault)) => Ok(vault.lock(session, now)?),
            _ => Ok(()),
        }
    }

    fn record_refusal(&mut self, refusal: &Refusal, request: &str, outside: &dyn Outside) {
        let Refusal::Code(code) = refusal else {
            return;
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
    fn note(&mut self, note: &Note, outside: &dyn Outside) {
        let now = self.now(outside);
        if let Store::Open(vault) = &mut self.store {
            let _ = vault.record(self.session.as_ref(), note, now);
        }
    }

    fn now(&self, outside: &dyn Outside) -> Moment {
        Moment {
            unix_seconds: outside.unix_seconds(),
            clock_confirmed: self.clock_confirmed,
            steady_seconds: outside.monotonic_seconds(),
        }
    }
}

/// The name of a request, for the ledger. Never anything it holds.
fn name(request: &Request) -> &'static str {
    match request {
        Request::State => "State",
        Request::FirstRun { .. } => "FirstRun",
        Request::Login { .. } => "Login",
        Request::Recover { .. } => "Recover",
        Request::Lock => "Lock",
        Request::People { .. } => "People",
        Request::Person { .. } => "Person",
        Request::RegisterPerson { .. } => "RegisterPerson",
        Request::ChangePerson { .. } => "ChangePerson",
        Request::SetNumber { .. } => "SetNumber",
        Request::RevealNumber { .. } => "RevealNumber",
        Request::Ledger { .. } => "Ledger",
        Request::VerifyLedger => "VerifyLedger",
        Request::Companions => "Companions",
        Request::RegisterCompanion { .. } => "RegisterCompanion",
        Request::Enrolments { .. } => "Enrolments",
        Request::ApproveEnrolment { .. } => "ApproveEnrolment",
        Request::Whitelist => "Whitelist",
        Request::RevokeEntry { .. } => "RevokeEntry",
        Request::HandOver { .. } => "HandOver",
        Request::ReadReceipts { .. } => "ReadReceipts",
        Request::HandOvers => "HandOvers",
        Request::Cancel => "Cancel",
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
