//! First run, login, recovery, one's own secrets, the company entered.

use crate::forms::{self, Form};
use crate::keeper::{Keeper, Store};
use crate::outside::Outside;
use crate::records::Reports;
use crate::refusal::{self, Refusal};
use codes::ErrorCode;
use ledger::Event;
use protocol::Secret;
use protocol::clerk::companies::CompanyDraft;
use protocol::clerk::session::{Name, Reply as Answer, Request, State};
use protocol::clerk::{Field, MAX_ROWS, Reply, Step};
use vault::{FirstRun, Moment, Note, Session, Vault, VaultError};

impl Keeper {
    pub(crate) fn about_the_session(
        &mut self,
        request: Request,
        outside: &mut dyn Outside,
    ) -> Result<Reply, Refusal> {
        match request {
            Request::State => self.state(outside),
            Request::Names => self.names(outside),
            Request::FirstRun {
                company,
                owner_name,
                passphrase,
                recovery_words,
            } => self.first_run(&company, &owner_name, &passphrase, &recovery_words, outside),
            Request::Login { user, passphrase } => self.login(outside, |vault, now| {
                vault.login(user, passphrase.expose(), now)
            }),
            Request::Recover {
                user,
                recovery_words,
                new_passphrase,
            } => {
                let mut form = Form::default();
                forms::recovery_words(&mut form, &recovery_words);
                forms::passphrase(&mut form, Field::Passphrase, &new_passphrase);
                form.clean()?;
                self.login(outside, |vault, now| {
                    vault.recover(user, recovery_words.expose(), new_passphrase.expose(), now)
                })
            }
            Request::Lock => self.lock(outside).map(|()| Reply::Done),
            Request::ChangePassphrase { current, new } => {
                let mut form = Form::default();
                forms::passphrase(&mut form, Field::NewPassphrase, &new);
                form.clean()?;
                outside.progress(Step::DerivingKey, 0, 1)?;
                self.with_session(outside, |vault, session, now| {
                    vault.change_passphrase(session, current.expose(), new.expose(), now)
                })
            }
            Request::ChangeRecoveryWords {
                passphrase,
                recovery_words,
            } => {
                let mut form = Form::default();
                forms::recovery_words(&mut form, &recovery_words);
                form.clean()?;
                outside.progress(Step::DerivingKey, 0, 1)?;
                self.with_session(outside, |vault, session, now| {
                    vault.change_recovery_words(
                        session,
                        passphrase.expose(),
                        recovery_words.expose(),
                        now,
                    )
                })
            }
            Request::Companies => self.companies(),
            Request::Enter { company } => {
                // A file of one company never reaches another.
                self.import = None;
                self.input = Default::default();
                self.reports = Reports::default();
                self.with_session(outside, |vault, session, now| {
                    vault.enter_company(session, &company, now)
                })
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
                must_change_passphrase: false,
                must_enter_company: false,
                last_entry: None,
                wait_seconds: 0,
            },
            Store::Open(vault) => {
                let session = self.session.as_ref();
                let entered = session.and_then(|session| vault.company(session).ok());
                State {
                    company: Some(match &entered {
                        Some(company) => company.fields.name.as_str().to_owned(),
                        None => vault.company_name()?,
                    }),
                    user: session.map(|s| s.user_name().to_owned()),
                    must_change_passphrase: session.is_some_and(Session::must_change_passphrase),
                    must_enter_company: session.is_some() && entered.is_none(),
                    last_entry: vault.last_entry_unix()?,
                    wait_seconds: vault.wait_seconds(None, now),
                }
            }
        };
        Ok(Answer::State(state).into())
    }

    fn names(&mut self, outside: &dyn Outside) -> Result<Reply, Refusal> {
        let now = self.now(outside);
        let vault = match &self.store {
            Store::Open(vault) => vault,
            Store::Unusable(code) => return Err(Refusal::Told(*code)),
            Store::Missing => return Ok(Answer::Names(Vec::new()).into()),
            Store::NotStarted => return Err(Refusal::Told(ErrorCode::NotAllowedNow)),
        };
        let names = vault.login_names()?.into_iter().take(MAX_ROWS.into());
        let name = |name: vault::LoginName| Name {
            wait_seconds: vault.wait_seconds(Some(name.user), now),
            user: name.user,
            name: name.name,
            department: name.department.unwrap_or_default(),
            last: name.last,
        };
        Ok(Answer::Names(names.map(name).collect()).into())
    }

    fn companies(&mut self) -> Result<Reply, Refusal> {
        let (Store::Open(vault), Some(session)) = (&self.store, &self.session) else {
            return Err(ErrorCode::SessionLocked.into());
        };
        let companies = vault.companies(session)?.into_iter();
        Ok(Answer::Companies(companies.map(crate::companies::row).collect()).into())
    }

    fn with_session(
        &mut self,
        outside: &dyn Outside,
        work: impl FnOnce(&mut Vault, &mut Session, Moment) -> Result<(), VaultError>,
    ) -> Result<Reply, Refusal> {
        let now = self.now(outside);
        let (Store::Open(vault), Some(session)) = (&mut self.store, &mut self.session) else {
            return Err(ErrorCode::SessionLocked.into());
        };
        work(vault, session, now).map_err(without_waits)?;
        Ok(Reply::Done)
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
        forms::passphrase(&mut form, Field::Passphrase, passphrase);
        forms::recovery_words(&mut form, recovery_words);
        let (company, owner_name) = form.finish(company.zip(owner_name))?;
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
        let session = open(vault, now).map_err(without_waits)?;
        self.session = Some(session);
        self.recorded_without_login = false;
        Ok(Reply::Done)
    }

    pub(crate) fn lock(&mut self, outside: &dyn Outside) -> Result<(), Refusal> {
        let now = self.now(outside);
        self.reports = Reports::default();
        self.import = None;
        self.input = Default::default();
        match (self.session.take(), &mut self.store) {
            (Some(session), Store::Open(vault)) => Ok(vault.lock(session, now)?),
            _ => Ok(()),
        }
    }
}

/// Attempts during a wait are not recorded one by one: the failures before are. Whose
/// rights hold nowhere here today was recorded by the vault.
fn without_waits(error: VaultError) -> Refusal {
    match error {
        VaultError::TooManyAttempts { .. } | VaultError::NotAllowed(_) => {
            Refusal::Told(refusal::code(&error))
        }
        other => other.into(),
    }
}
