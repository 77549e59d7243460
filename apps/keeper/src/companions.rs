//! Companion sticks, payroll PCs and the whitelist.

use crate::format;
use crate::forms::{self, Form};
use crate::keeper::device;
use crate::outside::Plugged;
use crate::recognise::{self, Recognised, Registered, Stranger, recognise};
use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use formats::Format;
use ledger::{Event, Subject};
use mynumber::{Date, Purpose};
use protocol::clerk::companions::{self, Companion, Enrolment, Request, WhitelistEntry};
use protocol::clerk::{MAX_ROWS, Reply, Step};
use protocol::foreign::{Answer, File, Folder, Job};
use protocol::system::{DeviceId, StickHardware};
use transfer::{
    CompanionId, EntryId, Introduced, Terms, VaultKey, VolumeNonce, approve, introduce, sign,
};
use vault::{CompanionDraft, CompanionRow, EnrolmentDraft, Note, WhitelistDraft, WhitelistRow};

/// The volume's name on every companion.
const LABEL: &str = "KURAMORI";

impl Work<'_> {
    pub(crate) fn about_companions(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::List => self.companions(),
            Request::Register { device, name } => self.register_companion(device, &name),
            Request::Enrolments { device } => self.enrolments(device),
            Request::ApproveEnrolment {
                device,
                enrolment,
                purpose,
                format,
                expires,
            } => {
                let format = format.as_deref();
                self.approve_enrolment(device, &enrolment, purpose, format, &expires)
            }
            Request::Whitelist => self.whitelist(),
            Request::RevokeEntry { entry } => self.revoke_entry(&entry),
            Request::Formats { purpose } => {
                let serving = format::serving(purpose);
                Ok(Reply::Companions(companions::Reply::Formats(serving)))
            }
            Request::CheckHandOver {
                entry,
                people,
                window,
            } => self.check_hand_over(&entry, people, window),
            Request::HandOver {
                device,
                entry,
                people,
            } => self.hand_over(device, &entry, people),
            Request::ReadReceipts { device } => self.read_receipts(device),
            Request::HandOvers => self.hand_overs(),
        }
    }

    fn companions(&mut self) -> Result<Reply, Refusal> {
        let rows = self.vault.companions(self.session)?;
        let companions: Result<Vec<_>, Refusal> = rows
            .into_iter()
            .take(MAX_ROWS.into())
            .map(|row| {
                Ok(Companion {
                    hardware: kept_hardware(&row)?,
                    id: row.id,
                    name: row.name,
                    registered_unix: row.registered_unix,
                    payroll_pcs: row.payroll_pcs,
                })
            })
            .collect();
        Ok(Reply::Companions(companions::Reply::List(companions?)))
    }

    /// Erases the stick, gives it an identity, and only when that is on it remembers it:
    /// a registration is never answered before both are true.
    fn register_companion(&mut self, device: DeviceId, name: &str) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let Some(name) = forms::companion_name(&mut form, name) else {
            return Err(Refusal::Fields(form.errors()));
        };
        let plugged = self.start_porter(device)?;
        let identity = match self.new_identity(&plugged) {
            Ok(identity) => identity,
            Err(refusal) => {
                self.outside.stop_porter();
                return Err(refusal);
            }
        };
        let job = Job::Format {
            label: LABEL.into(),
            identity: identity.bytes().to_vec(),
        };
        self.flushed(&job)?;
        let now = self.now();
        self.vault.register_companion(
            self.session,
            &CompanionDraft {
                id: identity.companion.to_string(),
                name,
                hardware: serde_json::to_string(&plugged.hardware)
                    .map_err(|_| ErrorCode::Internal)?,
                identity: identity.bytes().to_vec(),
            },
            now,
        )?;
        Ok(Reply::Done)
    }

    fn new_identity(
        &self,
        plugged: &Plugged,
    ) -> Result<transfer::Verified<transfer::Companion>, Refusal> {
        let body = transfer::Companion {
            companion: CompanionId::random(),
            vault_key: self.vault_key()?,
            vault_name: self.company_name()?,
            hardware: recognise::hardware(&plugged.hardware).ok_or(ErrorCode::CompanionFormat)?,
            size_bytes: plugged.size,
            volume_nonce: VolumeNonce::random(),
            registered_unix: self.outside.unix_seconds(),
        };
        sign(body, self.session.signing_key()?).map_err(|_| ErrorCode::Internal.into())
    }

    /// The company's name, cut to what an identity holds.
    fn company_name(&self) -> Result<transfer::Name, Refusal> {
        let whole = self.vault.company(self.session)?.fields.name;
        let cut: String = whole.as_str().trim().chars().take(64).collect();
        cut.trim().parse().map_err(|_| ErrorCode::Internal.into())
    }

    fn enrolments(&mut self, device: DeviceId) -> Result<Reply, Refusal> {
        let (_, requests) = self.read_enrolments(device)?;
        let whitelist = self.vault.whitelist(self.session)?;
        let enrolments = requests
            .iter()
            .map(|request| {
                let id = request.id().to_string();
                Enrolment {
                    pc_name: request.pc_name.to_string(),
                    program: request.program.file_name.to_string(),
                    program_sha256: request.program.sha256.to_string(),
                    words: request.comparison_words().to_vec(),
                    approved: whitelist.iter().any(|w| w.enrolment == id && !w.revoked),
                    id,
                }
            })
            .collect();
        Ok(Reply::Companions(companions::Reply::Enrolments(enrolments)))
    }

    /// The valid requests on a registered companion that were made for this vault and
    /// this stick. At least one.
    fn read_enrolments(
        &mut self,
        device: DeviceId,
    ) -> Result<(Recognised, Vec<Introduced<transfer::Enrolment>>), Refusal> {
        let (stick, files) = self.inspect(device, &[Folder::Enrolments])?;
        if files.is_empty() {
            return Err(Refusal::Told(ErrorCode::NoEnrolment));
        }
        let ours = self.vault_key()?;
        let requests: Vec<_> = files
            .iter()
            .filter_map(|file| introduce::<transfer::Enrolment>(&file.bytes).ok())
            .filter(|r| r.vault_key == ours && r.companion == stick.companion.companion)
            .collect();
        if requests.is_empty() {
            return Err(ErrorCode::EnrolmentInvalid.into());
        }
        Ok((stick, requests))
    }

    /// Signs a whitelist entry for the request whose words were compared. The entry is
    /// in the vault before it is on the stick; when writing fails, approving the same
    /// request again writes the same entry.
    fn approve_enrolment(
        &mut self,
        device: DeviceId,
        enrolment: &str,
        purpose: Purpose,
        format: Option<&str>,
        expires: &str,
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let Some(expires) = forms::expires(&mut form, expires, self.today()?) else {
            return Err(Refusal::Fields(form.errors()));
        };
        let format = format::approved(purpose, format)?;
        let (stick, requests) = self.read_enrolments(device)?;
        let request = requests
            .into_iter()
            .find(|request| request.id().to_string() == enrolment)
            .ok_or(ErrorCode::NoEnrolment)?;
        let standing = self.vault.whitelist(self.session)?.into_iter().find(|row| {
            row.enrolment == enrolment
                && row.purpose == purpose
                && row.format == format.id()
                && row.expires == expires
                && !row.revoked
        });
        let (id, document) = match standing {
            Some(row) => (row.id, row.document),
            None => self.new_entry(&request, purpose, format, expires)?,
        };
        self.update(
            device,
            &stick,
            vec![File {
                folder: Folder::Approvals,
                name: id,
                bytes: document,
            }],
            Vec::new(),
        )?;
        Ok(Reply::Done)
    }

    fn new_entry(
        &mut self,
        request: &Introduced<transfer::Enrolment>,
        purpose: Purpose,
        format: &Format,
        expires: Date,
    ) -> Result<(String, Vec<u8>), Refusal> {
        let terms = Terms {
            format: format::id(format)?,
            fields: format::fields(format)?,
            purpose,
            expires: transfer::Date::new(expires.year(), expires.month(), expires.day())
                .map_err(|_| ErrorCode::DateOutOfRange)?,
            issued_unix: self.outside.unix_seconds(),
        };
        let body = approve(request, &self.vault_key()?, EntryId::random(), terms)
            .map_err(|_| ErrorCode::EnrolmentInvalid)?;
        let entry = sign(body, self.session.signing_key()?).map_err(|_| ErrorCode::Internal)?;
        let now = self.now();
        self.vault.approve_enrolment(
            self.session,
            &EnrolmentDraft {
                id: request.id().to_string(),
                companion: entry.companion.to_string(),
                pc_id: entry.pc.to_string(),
                pc_name: entry.pc_name.to_string(),
                recipient: entry.recipient.to_string(),
                pc_key: *entry.pc_key.as_public().as_bytes(),
                document: request.bytes().to_vec(),
            },
            &WhitelistDraft {
                id: entry.entry.to_string(),
                program: entry.program.file_name.to_string(),
                program_sha256: *entry.program.sha256.as_bytes(),
                format: entry.format.to_string(),
                purpose,
                expires,
                document: entry.bytes().to_vec(),
            },
            now,
        )?;
        Ok((entry.entry.to_string(), entry.bytes().to_vec()))
    }

    /// The entries that stand, newest first.
    fn whitelist(&mut self) -> Result<Reply, Refusal> {
        let today = self.today()?;
        let entries: Result<Vec<_>, Refusal> = self
            .vault
            .whitelist(self.session)?
            .into_iter()
            .filter(|row| !row.revoked)
            .take(MAX_ROWS.into())
            .map(|row| whitelist_entry(row, today))
            .collect();
        Ok(Reply::Companions(companions::Reply::Whitelist(entries?)))
    }

    fn revoke_entry(&mut self, entry: &str) -> Result<Reply, Refusal> {
        let now = self.now();
        self.vault.revoke_whitelist(self.session, entry, now)?;
        Ok(Reply::Done)
    }

    pub(crate) fn vault_key(&self) -> Result<VaultKey, Refusal> {
        Ok(VaultKey::of(self.session.signing_key()?))
    }

    /// Has a porter started; a stick that is not there is said to be missing.
    pub(crate) fn start_porter(&mut self, device: DeviceId) -> Result<Plugged, Refusal> {
        self.outside
            .start_porter(device)
            .map_err(|error| match error {
                crate::PorterError::StickGone => Refusal::Told(ErrorCode::NoCompanion),
                other => other.into(),
            })
    }

    /// Reads the identity and these folders, if the stick is a registered companion.
    /// A stranger is recorded.
    pub(crate) fn inspect(
        &mut self,
        device: DeviceId,
        folders: &[Folder],
    ) -> Result<(Recognised, Vec<File>), Refusal> {
        let plugged = self.start_porter(device)?;
        let job = Job::Inspect {
            folders: folders.to_vec(),
        };
        let (identity, files) = match self.outside.ask_porter(&job, Step::Reading)? {
            Answer::Inspected { identity, files } => (identity, files),
            Answer::Failed(code) => return Err(code.into()),
            Answer::Progress { .. } | Answer::Flushed | Answer::Settings(_) => {
                return Err(ErrorCode::CompanionIo.into());
            }
        };
        let key = self.vault_key()?;
        let met = recognise(identity.as_deref(), &plugged, &key, |id| {
            let row = self.vault.companion(self.session, &id.to_string()).ok()?;
            Some(Registered {
                identity: row.identity,
                name: row.name,
            })
        });
        match met {
            Ok(stick) => Ok((
                stick,
                files
                    .into_iter()
                    .filter(|file| folders.contains(&file.folder))
                    .collect(),
            )),
            Err(stranger) => Err(self.refuse_stranger(&stranger, &plugged.hardware)?),
        }
    }

    fn refuse_stranger(
        &mut self,
        stranger: &Stranger,
        hardware: &StickHardware,
    ) -> Result<Refusal, Refusal> {
        let note = match stranger {
            Stranger::Unknown => {
                let name = format!("{} {}", hardware.vendor, hardware.product);
                Note::new(Event::CompanionUnknown).about(device(&name))
            }
            Stranger::Cloned { id, name } => {
                Note::new(Event::CompanionCloned).about(Subject::Companion {
                    id: id.to_string(),
                    name: name.clone(),
                })
            }
        };
        self.refused(&note, stranger.into())
    }

    /// Records a refusal under its own event; what it returns is to be answered.
    pub(crate) fn refused(&mut self, note: &Note, code: ErrorCode) -> Result<Refusal, Refusal> {
        let now = self.now();
        self.vault
            .record_refusal(Some(self.session), note, code.code(), now)?;
        Ok(Refusal::Told(code))
    }

    /// Writes and removes files on a stick that was recognised before, if it is still
    /// the same one.
    pub(crate) fn update(
        &mut self,
        device: DeviceId,
        stick: &Recognised,
        put: Vec<File>,
        remove: Vec<(Folder, String)>,
    ) -> Result<(), Refusal> {
        self.start_again(device, stick)?;
        self.change(stick, put, remove)
    }

    /// Has a porter started for a stick that was recognised before. Nothing is written.
    pub(crate) fn start_again(
        &mut self,
        device: DeviceId,
        stick: &Recognised,
    ) -> Result<(), Refusal> {
        let plugged = self.outside.start_porter(device)?;
        if recognise::is_device(&plugged, &stick.companion) {
            Ok(())
        } else {
            self.outside.stop_porter();
            Err(ErrorCode::CompanionPulled.into())
        }
    }

    /// Has the started porter write and remove files. After an error it is not known
    /// which of them it did.
    pub(crate) fn change(
        &mut self,
        stick: &Recognised,
        put: Vec<File>,
        remove: Vec<(Folder, String)>,
    ) -> Result<(), Refusal> {
        self.flushed(&Job::Update {
            identity: stick.companion.bytes().to_vec(),
            put,
            remove,
        })
    }

    /// Has a started porter do a job that writes, and insists on its proof.
    fn flushed(&mut self, job: &Job) -> Result<(), Refusal> {
        match self.outside.ask_porter(job, Step::Writing)? {
            Answer::Flushed => Ok(()),
            Answer::Failed(code) => Err(code.into()),
            Answer::Progress { .. } | Answer::Inspected { .. } | Answer::Settings(_) => {
                Err(ErrorCode::CompanionIo.into())
            }
        }
    }
}

fn kept_hardware(row: &CompanionRow) -> Result<StickHardware, Refusal> {
    serde_json::from_str(&row.hardware).map_err(|_| Refusal::Told(ErrorCode::VaultDamaged))
}

fn whitelist_entry(row: WhitelistRow, today: Date) -> Result<WhitelistEntry, Refusal> {
    let format = format::named(&row.format)?;
    Ok(WhitelistEntry {
        id: row.id,
        companion: row.companion,
        companion_name: row.companion_name,
        pc_name: row.pc_name,
        program: row.program,
        format: row.format,
        format_ja: format.name_ja().into(),
        format_en: format.name_en().into(),
        purpose: row.purpose,
        expired: row.expires < today,
        expires: row.expires.to_string(),
    })
}
