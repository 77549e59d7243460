//! Numbers leave the vault here, and nowhere else.
//!
//! A hand-over is recorded as begun before the first number is decrypted, and as made
//! only after the porter proved that the bundle is on the stick. In between anything may
//! happen; what is recorded then is what is known:
//!
//! | what happened | what the ledger says |
//! |---|---|
//! | failed before anything was written | begun, failed |
//! | failed while writing; the stick is still there and was cleaned | begun, failed |
//! | failed while writing; the stick is gone | begun, not completed; the row stays open |
//! | power lost | begun; the row stays open |
//!
//! A bundle of an open row that did reach a companion can be received, for its receipt is
//! about a hand-over the vault knows. The next hand-over to the companion removes it.

use crate::format;
use crate::recognise::Recognised;
use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use ledger::{Event, Subject};
use protocol::clerk::companions::{self, Checked};
use protocol::clerk::{MAX_ROWS, PersonId, Reply, Rows, Step, Window};
use protocol::foreign::{File, Folder};
use protocol::system::DeviceId;
use transfer::{
    Bundle, BundleTerms, FileName, HandOverId, MAX_PEOPLE, Verified, Whitelist, seal, verify,
};
use vault::{
    Disclosed, HandOverDraft, HandOverPeople, HandOverState, Note, VaultError, WhitelistRow,
};

/// How long a bundle can be opened, in seconds: a week, or until its entry ends.
const BUNDLE_SECONDS: i64 = 7 * 24 * 3600;

/// Most bundles of open hand-overs that are removed from a companion at one visit.
const MAX_REMOVED: usize = protocol::foreign::MAX_FILES;

impl Work<'_> {
    pub(crate) fn hand_over(
        &mut self,
        device: DeviceId,
        entry: &str,
        people: Vec<PersonId>,
    ) -> Result<Reply, Refusal> {
        let people = some_people(people)?;
        let row = self.entry(entry)?;
        let (stick, _) = self.inspect(device, &[])?;
        let whitelist = match self.allowed(&row, &stick) {
            Ok(whitelist) => whitelist,
            Err(code) => return Err(self.refused(&refused_note(&row), code)?),
        };
        let made = HandOverId::random();
        let id = made.to_string();
        let disclosed = self.begin(&row, &id, people)?;
        let bundle = match self.bundle(&whitelist, made, disclosed) {
            Ok(bundle) => bundle,
            Err(refusal) => return Err(self.failed(&id, refusal)?),
        };
        self.deliver(device, &stick, &row, &id, &bundle)?;
        Ok(Reply::Companions(companions::Reply::HandedOver {
            hand_over: id,
            people: bundle.manifest().people,
        }))
    }

    /// What would not fit, before a stick is asked for.
    pub(crate) fn check_hand_over(
        &mut self,
        entry: &str,
        people: Vec<PersonId>,
        window: Window,
    ) -> Result<Reply, Refusal> {
        let people = some_people(people)?;
        let row = self.entry(entry)?;
        let format = format::named(&row.format)?;
        let people = HandOverPeople {
            people,
            kinds: format.kinds().to_vec(),
        };
        let now = self.now();
        let carried = self
            .vault
            .check_hand_over(self.session, entry, &people, now);
        let carried = self.or_recorded(&row, carried)?;
        let unfit = format::unfit(format, row.purpose, &carried);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (total, refusals) = (unfit.len(), unfit.iter().filter(|u| u.refuses).count());
        let page = unfit.into_iter().skip(window.offset as usize);
        Ok(Reply::Companions(companions::Reply::Checked(Checked {
            people: count(carried.len()),
            refusals: count(refusals),
            findings: Rows {
                total: count(total),
                rows: page.take(window.limit.min(MAX_ROWS).into()).collect(),
            },
        })))
    }

    /// The whitelist entry as it is kept; one that is not there is recorded.
    fn entry(&mut self, entry: &str) -> Result<WhitelistRow, Refusal> {
        match self.vault.whitelist_entry(self.session, entry) {
            Err(VaultError::NotFound) => {
                let note = Note::new(Event::HandOverRefused);
                Err(self.refused(&note, ErrorCode::NotOnWhitelist)?)
            }
            row => Ok(row?),
        }
    }

    /// The signed entry, if it stands, has not expired and is for this stick.
    fn allowed(
        &self,
        row: &WhitelistRow,
        stick: &Recognised,
    ) -> Result<Verified<Whitelist>, ErrorCode> {
        let key = self.vault_key().map_err(|_| ErrorCode::NoCompanyEntered)?;
        let whitelist: Verified<Whitelist> =
            verify(&row.document, &key).map_err(|_| ErrorCode::VaultDamaged)?;
        // What was signed decides; the row beside it only says whether it was revoked.
        if row.revoked || whitelist.companion != stick.companion.companion {
            return Err(ErrorCode::NotOnWhitelist);
        }
        if whitelist.is_expired(self.outside.unix_seconds()) {
            return Err(ErrorCode::WhitelistExpired);
        }
        // The format may have changed since; what was approved is the fields.
        let shown = format::named(whitelist.format.as_str())?;
        let approved =
            |field: formats::Field| whitelist.fields.iter().any(|f| f.as_str() == field.name());
        if !shown.fields().all(approved) {
            return Err(ErrorCode::NotOnWhitelist);
        }
        if whitelist.entry.to_string() != row.id || whitelist.purpose != row.purpose {
            return Err(ErrorCode::VaultDamaged);
        }
        Ok(whitelist)
    }

    /// Records the hand-over and whose numbers it takes, then takes them.
    fn begin(
        &mut self,
        row: &WhitelistRow,
        id: &str,
        people: Vec<PersonId>,
    ) -> Result<Vec<Disclosed>, Refusal> {
        let now = self.now();
        let draft = HandOverDraft {
            id: id.to_owned(),
            entry: row.id.clone(),
            people: HandOverPeople {
                people,
                kinds: format::named(&row.format)?.kinds().to_vec(),
            },
        };
        let begun = self.vault.begin_hand_over(self.session, &draft, now);
        self.or_recorded(row, begun)
    }

    /// Records what the vault leaves to its caller.
    fn or_recorded<T>(
        &mut self,
        row: &WhitelistRow,
        taken: Result<T, VaultError>,
    ) -> Result<T, Refusal> {
        match taken {
            Ok(taken) => Ok(taken),
            Err(error @ (VaultError::Revoked | VaultError::Expired | VaultError::NoNumber)) => {
                let code = match error {
                    VaultError::NoNumber => ErrorCode::NothingToHandOver,
                    other => crate::refusal::code(&other),
                };
                Err(self.refused(&refused_note(row), code)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn bundle(
        &mut self,
        whitelist: &Verified<Whitelist>,
        id: HandOverId,
        people: Vec<Disclosed>,
    ) -> Result<Bundle, Refusal> {
        self.outside.progress(Step::Formatting, 0, 1)?;
        // With their families there may be more than were asked for.
        if people.len() > MAX_PEOPLE as usize {
            return Err(ErrorCode::TooManyPeople.into());
        }
        let format = format::named(whitelist.format.as_str())?;
        let created = self.outside.unix_seconds();
        let day = self.today()?;
        let file_name: FileName = format!(
            "kuramori-{:04}{:02}{:02}-{}.{}",
            day.year(),
            day.month(),
            day.day(),
            &id.to_string()[..8],
            format.ending(),
        )
        .parse()
        .map_err(|_| ErrorCode::Internal)?;
        let payload = format::write(format, &people, whitelist.purpose)?;
        let count = u32::try_from(people.len()).map_err(|_| ErrorCode::TooManyPeople)?;
        // The numbers are wiped before anything is written to a stick.
        drop(people);
        let terms = BundleTerms {
            hand_over: id,
            people: count,
            file_name,
            created_unix: created,
            expires_unix: created + BUNDLE_SECONDS,
        };
        seal(whitelist, terms, &payload, self.session.signing_key()?).map_err(|error| {
            match error {
                transfer::Error::PayloadTooLong(_) => ErrorCode::TooManyPeople.into(),
                // The clock stands before the day of the approval.
                transfer::Error::Contradiction(_) => ErrorCode::ClockRunsBackwards.into(),
                _ => ErrorCode::Internal.into(),
            }
        })
    }

    /// Writes the bundle, has it proven, records it.
    fn deliver(
        &mut self,
        device: DeviceId,
        stick: &Recognised,
        row: &WhitelistRow,
        id: &str,
        bundle: &Bundle,
    ) -> Result<(), Refusal> {
        let put = vec![
            File {
                folder: Folder::Approvals,
                name: row.id.clone(),
                bytes: row.document.clone(),
            },
            File {
                folder: Folder::Bundles,
                name: id.to_owned(),
                bytes: bundle.bytes().to_vec(),
            },
        ];
        let open = self.open_before(stick, id)?;
        let remove = open
            .iter()
            .map(|id| (Folder::Bundles, id.clone()))
            .collect();
        if let Err(refusal) = self.start_again(device, stick) {
            return Err(self.failed(id, refusal)?);
        }
        let written = self.change(stick, put, remove).and_then(|()| {
            let now = self.now();
            let manifest = bundle.manifest().bytes();
            Ok(self
                .vault
                .finish_hand_over(self.session, id, manifest, now)?)
        });
        if let Err(refusal) = written {
            return Err(self.clean(device, stick, row, id, refusal)?);
        }
        let now = self.now();
        for id in open {
            self.vault
                .fail_hand_over(self.session, &id, ErrorCode::CompanionPulled.code(), now)?;
        }
        Ok(())
    }

    /// Hand-overs to this companion that were begun before and never ended.
    fn open_before(&self, stick: &Recognised, id: &str) -> Result<Vec<String>, Refusal> {
        let companion = stick.companion.companion.to_string();
        Ok(self
            .vault
            .hand_overs(self.session)?
            .into_iter()
            .filter(|row| {
                row.state == HandOverState::Started
                    && row.receipt.is_none()
                    && row.companion == companion
                    && row.id != id
            })
            .take(MAX_REMOVED)
            .map(|row| row.id)
            .collect())
    }

    /// After a write that did not end well: makes sure the bundle is not on the stick,
    /// if the stick is still there, and records what is known.
    fn clean(
        &mut self,
        device: DeviceId,
        stick: &Recognised,
        row: &WhitelistRow,
        id: &str,
        refusal: Refusal,
    ) -> Result<Refusal, Refusal> {
        let remove = vec![(Folder::Bundles, id.to_owned())];
        if self.update(device, stick, Vec::new(), remove).is_ok() {
            return self.failed(id, refusal);
        }
        let code = refusal.code().unwrap_or(ErrorCode::CompanionIo);
        let note = Note::new(Event::HandOverFailed)
            .about(Subject::PayrollPc {
                id: row.pc_id.clone(),
                name: row.pc_name.clone(),
            })
            .purpose(row.purpose)
            .document(id);
        self.refused(&note, code)
    }

    /// Records that a hand-over is certainly not on the stick, and why.
    fn failed(&mut self, id: &str, refusal: Refusal) -> Result<Refusal, Refusal> {
        let code = refusal.code().unwrap_or(ErrorCode::Internal);
        let now = self.now();
        self.vault
            .fail_hand_over(self.session, id, code.code(), now)?;
        Ok(Refusal::Told(code))
    }
}

fn refused_note(row: &WhitelistRow) -> Note {
    Note::new(Event::HandOverRefused)
        .about(Subject::PayrollPc {
            id: row.pc_id.clone(),
            name: row.pc_name.clone(),
        })
        .purpose(row.purpose)
        .document(&row.id)
}

/// Those a hand-over is asked for, each once, and not too many.
fn some_people(mut people: Vec<PersonId>) -> Result<Vec<PersonId>, Refusal> {
    people.sort_unstable();
    people.dedup();
    if people.is_empty() {
        return Err(ErrorCode::NothingToHandOver.into());
    }
    if people.len() > MAX_PEOPLE as usize {
        return Err(ErrorCode::TooManyPeople.into());
    }
    Ok(people)
}
