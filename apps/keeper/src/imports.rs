//! Imports of employees and families. The file is held in memory alone, and wiped.

use crate::forms::Form;
use crate::refusal::{self, Refusal};
use crate::work::Work;
use codes::ErrorCode;
use intake::{Field as ColumnField, FileError, Findings, Mapping, Parsed, Target};
use ledger::Event;
use mynumber::{Label, Purpose};
use protocol::Bytes;
use protocol::clerk::imports::{
    Column, Counted, Effect, Existing, Finding, ImportDraft, ImportRow, MAX_BYTES, Problem,
    Reply as Imports, Report, Request, Sheet, Source,
};
use protocol::clerk::{Field, MAX_PIECE, MAX_ROWS, Reply, Rows, Step, Window};
use serde::Serialize;
use vault::{ImportReport, Note, VaultError};
use zeroize::Zeroizing;

/// How many rows are shown of a file whose columns are mapped.
const SAMPLES: usize = 5;

/// A file on its way in.
pub(crate) struct Staged {
    name: Label,
    bytes: Zeroizing<Vec<u8>>,
    /// How many bytes there will be.
    whole: usize,
    existing: vault::Existing,
    purposes: Vec<Purpose>,
    /// The mapping kept for its source.
    kept: Option<Mapping>,
    /// What its columns are for, once a person said so.
    mapped: Option<Mapping>,
    /// Of the last try.
    findings: Findings,
}

impl Staged {
    /// The whole file; before it is there nothing can be asked of it.
    fn sheet(&self) -> Result<intake::Sheet<'_>, FileRefusal> {
        if self.bytes.len() < self.whole {
            return Err(FileRefusal::Incomplete);
        }
        Ok(intake::Sheet::open(&self.bytes)?)
    }

    /// A person's mapping, else the source's where it fits, else what the titles say;
    /// and whether it is the source's.
    fn mapping(&self, sheet: &intake::Sheet<'_>) -> (Mapping, bool) {
        if let Some(mapped) = &self.mapped {
            return (mapped.clone(), false);
        }
        match self.kept.as_ref().map(|kept| kept.adapt(sheet)) {
            Some(Ok(adapted)) => (adapted, true),
            _ => (Mapping::guess(sheet), false),
        }
    }
}

/// Why a file cannot be worked with. A wrong file is no event for the ledger.
enum FileRefusal {
    Incomplete,
    File(FileError),
}

impl From<FileError> for FileRefusal {
    fn from(error: FileError) -> Self {
        FileRefusal::File(error)
    }
}

impl FileRefusal {
    fn answer(self) -> Result<Reply, Refusal> {
        let code = match self {
            FileRefusal::Incomplete => ErrorCode::NotAllowedNow,
            FileRefusal::File(FileError::QuoteNotClosed { line }) => {
                let code = ErrorCode::ImportQuoteOpen;
                return Ok(Imports::Unreadable { code, line }.into());
            }
            FileRefusal::File(FileError::TooManyColumns { line }) => {
                let code = ErrorCode::ImportTooLarge;
                return Ok(Imports::Unreadable { code, line }.into());
            }
            FileRefusal::File(FileError::TooLarge | FileError::TooManyPersons) => {
                ErrorCode::ImportTooLarge
            }
            FileRefusal::File(FileError::Empty) => ErrorCode::ImportEmpty,
            FileRefusal::File(FileError::Workbook | FileError::Utf16 | FileError::NotText) => {
                ErrorCode::ImportNotCsv
            }
            FileRefusal::File(FileError::Mapping(_)) => ErrorCode::ImportColumns,
            FileRefusal::File(FileError::Cancelled) => ErrorCode::Cancelled,
        };
        Err(Refusal::Told(code))
    }
}

impl Work<'_> {
    pub(crate) fn about_imports(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Begin { draft } => self.begin_import(&draft),
            Request::Piece { offset, bytes } => self.take_piece(offset, &bytes),
            Request::Look => self.look(),
            Request::Map { columns } => self.map_columns(&columns),
            Request::Try => self.run_import(Run::Try),
            Request::Make => self.run_import(Run::Make),
            Request::Findings { window } => self.findings(window),
            Request::Drop => {
                *self.import = None;
                Ok(Reply::Done)
            }
            Request::List { window } => self.imports(window),
            Request::Undo { import } => self.undo_import(&import),
            Request::Sources => self.import_sources(),
            Request::SaveSource { name } => self.save_source(&name),
        }
    }

    fn begin_import(&mut self, draft: &ImportDraft) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let name = form.text(Field::Label, &draft.name, Label::new);
        let name = form.finish(name)?;
        if draft.bytes > MAX_BYTES {
            return Err(Refusal::Told(ErrorCode::ImportTooLarge));
        }
        let whole = usize::try_from(draft.bytes).map_err(|_| ErrorCode::ImportTooLarge)?;
        let kept = match &draft.source {
            None => None,
            Some(source) => {
                let sources = self.vault.import_sources(self.session)?;
                let found = sources.into_iter().find(|kept| kept.name == *source);
                Some(found.ok_or(ErrorCode::NotFound)?.mapping)
            }
        };
        *self.import = None;
        // All of it now: a buffer that grew would leave copies behind that nobody wipes.
        let mut bytes = Zeroizing::new(Vec::new());
        bytes
            .try_reserve_exact(whole)
            .map_err(|_| Refusal::Told(ErrorCode::NoMemory))?;
        *self.import = Some(Staged {
            name,
            bytes,
            whole,
            existing: match draft.existing {
                Existing::Skip => vault::Existing::Skip,
                Existing::FillEmpty => vault::Existing::FillEmpty,
                Existing::Overwrite => vault::Existing::Overwrite,
            },
            purposes: draft.purposes.clone(),
            kept,
            mapped: None,
            findings: Findings::default(),
        });
        Ok(Reply::Done)
    }

    fn staged(&self) -> Result<&Staged, Refusal> {
        let staged = self.import.as_ref();
        staged.ok_or(Refusal::Told(ErrorCode::NotAllowedNow))
    }

    fn take_piece(&mut self, offset: u64, piece: &Bytes) -> Result<Reply, Refusal> {
        let staged = self.import.as_mut();
        let staged = staged.ok_or(Refusal::Told(ErrorCode::NotAllowedNow))?;
        let piece = piece.expose();
        let room = staged.whole - staged.bytes.len();
        if piece.len() > MAX_PIECE || piece.len() > room {
            return Err(ErrorCode::ImportTooLarge.into());
        }
        if offset != staged.bytes.len() as u64 {
            return Err(ErrorCode::NotAllowedNow.into());
        }
        staged.bytes.extend_from_slice(piece);
        Ok(Reply::Done)
    }

    fn look(&mut self) -> Result<Reply, Refusal> {
        let staged = self.staged()?;
        let shown = staged.sheet().and_then(|sheet| {
            let (mapping, by_source) = staged.mapping(&sheet);
            Ok(Sheet {
                encoding: code(&sheet.encoding()),
                titles: sheet.titles().map(<[String]>::to_vec),
                samples: sheet.samples(SAMPLES)?,
                complete: mapping.check().is_ok(),
                columns: mapping.columns.iter().map(|t| t.map(column)).collect(),
                by_source,
            })
        });
        match shown {
            Ok(sheet) => Ok(Imports::Sheet(sheet).into()),
            Err(refusal) => refusal.answer(),
        }
    }

    fn map_columns(&mut self, columns: &[Option<Column>]) -> Result<Reply, Refusal> {
        let staged = self.staged()?;
        let columns: Option<Vec<_>> = columns
            .iter()
            .map(|column| column.as_ref().map_or(Some(None), |c| target(c).map(Some)))
            .collect();
        let columns = columns.ok_or(Refusal::Told(ErrorCode::ImportColumns))?;
        let mapped = staged.sheet().and_then(|sheet| {
            let mapping = Mapping {
                version: Mapping::VERSION,
                titles: sheet.titles().map(<[String]>::to_vec),
                columns,
            };
            mapping.check().map_err(FileError::from)?;
            Ok(mapping)
        });
        match mapped {
            Ok(mapping) => {
                if let Some(staged) = self.import.as_mut() {
                    staged.mapped = Some(mapping);
                }
                Ok(Reply::Done)
            }
            Err(refusal) => refusal.answer(),
        }
    }

    fn read_file(&mut self) -> Result<Result<Parsed, FileRefusal>, Refusal> {
        let staged = self.import.as_ref();
        let staged = staged.ok_or(Refusal::Told(ErrorCode::NotAllowedNow))?;
        let outside = &mut *self.outside;
        Ok(staged.sheet().and_then(|sheet| {
            let (mapping, _) = staged.mapping(&sheet);
            Ok(sheet.read(&mapping, &mut |done, total| {
                outside.progress(Step::Reading, done, total).is_ok()
            })?)
        }))
    }

    fn run_import(&mut self, run: Run) -> Result<Reply, Refusal> {
        let parsed = match self.read_file()? {
            Ok(parsed) => parsed,
            Err(refusal) => return refusal.answer(),
        };
        let now = self.now();
        let staged = self.import.as_mut();
        let staged = staged.ok_or(Refusal::Told(ErrorCode::NotAllowedNow))?;
        let draft = vault::ImportDraft {
            name: &staged.name,
            parsed: &parsed,
            existing: staged.existing,
            purposes: &staged.purposes,
        };
        let outside = &mut *self.outside;
        let mut progress = |done, total| outside.progress(run.step(), done, total).is_ok();
        let (import, report) = match run {
            Run::Try => {
                let report = self
                    .vault
                    .check_import(self.session, &draft, now, &mut progress)?;
                (None, report)
            }
            Run::Make => {
                let made = self
                    .vault
                    .import(self.session, &draft, now, &mut progress)?;
                (Some(made.id), made.report)
            }
        };
        let shown = shown(&report);
        staged.findings = report.findings;
        Ok(match import {
            None => Imports::Tried(shown),
            Some(import) => {
                // What was found is still asked for; the numbers are not.
                staged.bytes = Zeroizing::default();
                Imports::Made {
                    import,
                    report: shown,
                }
            }
        }
        .into())
    }

    fn findings(&mut self, window: Window) -> Result<Reply, Refusal> {
        let list = self.staged()?.findings.list();
        let total = u32::try_from(list.len()).unwrap_or(u32::MAX);
        let rows = part(list, window).map(|found| Finding {
            line: found.line,
            column: found.column,
            field: found.field.map(|field| code(&field)),
            problem: problem(found.problem),
        });
        let rows = rows.collect();
        Ok(Imports::Findings(Rows { total, rows }).into())
    }

    fn imports(&mut self, window: Window) -> Result<Reply, Refusal> {
        let list = self.vault.imports(self.session)?;
        let total = u32::try_from(list.len()).unwrap_or(u32::MAX);
        let rows = part(list, window).map(|row| ImportRow {
            import: row.id,
            name: row.name,
            by: row.user,
            made_unix: row.made_unix,
            people: row.people,
            numbers: row.numbers,
            undone_unix: row.undone_unix,
        });
        let rows = rows.collect();
        Ok(Imports::List(Rows { total, rows }).into())
    }

    fn undo_import(&mut self, import: &str) -> Result<Reply, Refusal> {
        let now = self.now();
        match self.vault.undo_import(self.session, import, now) {
            Ok(people) => Ok(Imports::Undone { people }.into()),
            Err(VaultError::ChangedSince(mut people)) => {
                let code = refusal::code(&VaultError::ChangedSince(Vec::new()));
                let note = Note::new(Event::RequestRefused).document("imports_undo");
                self.vault
                    .record_refusal(Some(self.session), &note, code.code(), now)?;
                people.truncate(MAX_ROWS.into());
                Ok(Imports::ChangedSince(people).into())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn import_sources(&mut self) -> Result<Reply, Refusal> {
        let sources = self.vault.import_sources(self.session)?.into_iter();
        let rows = sources.take(MAX_ROWS.into()).map(|kept| Source {
            name: kept.name,
            saved_unix: kept.saved_unix,
        });
        Ok(Imports::Sources(rows.collect()).into())
    }

    fn save_source(&mut self, name: &str) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let name = form.text(Field::Label, name, Label::new);
        let name = form.finish(name)?;
        let staged = self.staged()?;
        let mapping = match staged.sheet() {
            Ok(sheet) => staged.mapping(&sheet).0,
            Err(refusal) => return refusal.answer(),
        };
        let now = self.now();
        self.vault
            .save_import_source(self.session, &name, &mapping, now)?;
        Ok(Reply::Done)
    }
}

#[derive(Clone, Copy)]
enum Run {
    Try,
    Make,
}

impl Run {
    fn step(self) -> Step {
        match self {
            Run::Try => Step::Verifying,
            Run::Make => Step::Writing,
        }
    }
}

fn part<T>(list: Vec<T>, window: Window) -> impl Iterator<Item = T> {
    list.into_iter()
        .skip(window.offset as usize)
        .take(window.limit.min(MAX_ROWS).into())
}

fn shown(report: &ImportReport) -> Report {
    let problems = report.findings.counts().iter();
    Report {
        employees_added: report.employees_added,
        dependants_added: report.dependants_added,
        changed: report.changed,
        unchanged: report.unchanged,
        numbers: report.numbers,
        findings: report.findings.total(),
        problems: problems
            .map(|(found, count)| Counted {
                problem: problem(*found),
                count: *count,
            })
            .collect(),
    }
}

fn problem(found: intake::Problem) -> Problem {
    Problem {
        code: found.code().into(),
        effect: match found.effect() {
            intake::Effect::Taken => Effect::Taken,
            intake::Effect::ValueLeftOut => Effect::ValueLeftOut,
            intake::Effect::RowLeftOut => Effect::RowLeftOut,
        },
        what_ja: found.what_ja().into(),
        todo_ja: found.todo_ja().into(),
        what_en: found.what_en().into(),
        todo_en: found.todo_en().into(),
    }
}

/// The code under which `docs/imports.md` has it.
fn code(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

fn column(target: Target) -> Column {
    let (family, field) = match target {
        Target::Own(field) => (None, field),
        Target::Family(group, field) => (Some(group), field),
    };
    Column {
        family,
        field: code(&field),
    }
}

fn target(column: &Column) -> Option<Target> {
    let code = serde_json::Value::String(column.field.clone());
    let field: ColumnField = serde_json::from_value(code).ok()?;
    Some(match column.family {
        None => Target::Own(field),
        Some(group) => Target::Family(group, field),
    })
}
