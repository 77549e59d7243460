//! Users and their rights.

use crate::forms::{self, Form};
use crate::input;
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::rights::{Grant, GrantError};
use mynumber::{Label, PersonName};
use protocol::Secret;
use protocol::clerk::users::{GrantDraft, Reply as Users, Request, Scope, User, UserDraft};
use protocol::clerk::{Field, MAX_ROWS, Reply, Step};

/// Most departments, people or PCs of one grant.
const MAX_SET: usize = 10_000;
/// The longest id of a PC, in bytes.
const MAX_PC: usize = 64;

impl Work<'_> {
    pub(crate) fn about_users(&mut self, request: Request) -> Result<Reply, Refusal> {
        let now = self.now();
        match request {
            Request::List => return self.users(),
            Request::Add {
                draft,
                passphrase,
                recovery_words,
                grant,
            } => return self.add_user(&draft, &passphrase, &recovery_words, &grant),
            Request::Change { user, draft } => {
                let mut form = Form::default();
                let read = user_of(&mut form, &draft);
                let (name, department) = form.finish(read)?;
                self.vault
                    .change_user(self.session, user, &name, department.as_ref(), now)?;
            }
            Request::Grant { user, grant } => {
                let mut form = Form::default();
                let grant = grant_of(&mut form, &grant);
                let grant = form.finish(grant)?;
                self.vault.grant(self.session, user, &grant, now)?;
            }
            Request::Withdraw { user } => {
                self.vault.withdraw(self.session, user, now)?;
                input::forget_removed(self.folder, self.vault);
            }
            Request::Remove { user } => {
                self.vault.remove_user(self.session, user, now)?;
                input::forget_removed(self.folder, self.vault);
            }
            Request::RequirePassphraseChange { user } => {
                self.vault
                    .require_passphrase_change(self.session, user, now)?;
            }
            Request::ResetPassphrase {
                user,
                passphrase,
                recovery_words,
            } => {
                let mut form = Form::default();
                forms::passphrase(&mut form, Field::Passphrase, &passphrase);
                forms::recovery_words(&mut form, &recovery_words);
                form.clean()?;
                self.outside.progress(Step::DerivingKey, 0, 1)?;
                self.vault.reset_passphrase(
                    self.session,
                    user,
                    passphrase.expose(),
                    recovery_words.expose(),
                    now,
                )?;
            }
            Request::SetSecondPerson { on } => {
                self.vault.set_second_person(self.session, on, now)?;
            }
        }
        Ok(Reply::Done)
    }

    fn users(&mut self) -> Result<Reply, Refusal> {
        let users = self.vault.users(self.session)?.into_iter();
        let row = |kept: vault::UserRow| User {
            user: kept.user,
            draft: UserDraft {
                name: kept.name,
                department: kept.department.unwrap_or_default(),
            },
            grant: shown_grant(&kept.grant),
            must_change_passphrase: kept.must_change_passphrase,
            failed_logins: kept.failed_logins,
        };
        Ok(Users::List(users.take(MAX_ROWS.into()).map(row).collect()).into())
    }

    fn add_user(
        &mut self,
        draft: &UserDraft,
        passphrase: &Secret,
        recovery_words: &Secret,
        grant: &GrantDraft,
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let read = user_of(&mut form, draft);
        let grant = grant_of(&mut form, grant);
        forms::passphrase(&mut form, Field::Passphrase, passphrase);
        forms::recovery_words(&mut form, recovery_words);
        let ((name, department), grant) = form.finish(read.zip(grant))?;
        self.outside.progress(Step::DerivingKey, 0, 1)?;
        let draft = vault::UserDraft {
            name,
            department,
            passphrase: passphrase.expose(),
            recovery_words: recovery_words.expose(),
        };
        let now = self.now();
        let user = self.vault.add_user(self.session, &draft, &grant, now)?;
        Ok(Users::Added(user).into())
    }
}

fn user_of(form: &mut Form, draft: &UserDraft) -> Option<(PersonName, Option<Label>)> {
    let name = form.text(Field::UserName, &draft.name, PersonName::new);
    let department = form.optional_text(Field::Department, &draft.department, Label::new);
    name.zip(department)
}

fn grant_of(form: &mut Form, draft: &GrantDraft) -> Option<Grant> {
    let until = form.optional_day(Field::Until, &draft.until)?;
    let grant = scope_of(&draft.scope).and_then(|scope| {
        let pcs = draft.pcs.as_deref().map(pcs_of).transpose()?;
        let operations = draft.operations.iter().copied().collect();
        Grant::new(draft.role, operations, scope, pcs, until).map_err(|error| match error {
            GrantError::BeyondRole { .. } => ErrorCode::GrantBeyondRole,
            GrantError::Empty => ErrorCode::FieldEmpty,
        })
    });
    form.take(Field::Grant, grant)
}

fn scope_of(scope: &Scope) -> Result<mynumber::rights::Scope, ErrorCode> {
    use mynumber::rights::Scope as Kept;
    match scope {
        Scope::Company => Ok(Kept::Company),
        Scope::Departments(ids) | Scope::People(ids) if ids.len() > MAX_SET => {
            Err(ErrorCode::LimitReached)
        }
        Scope::Departments(ids) => Ok(Kept::departments(ids.iter().copied())),
        Scope::People(ids) => Ok(Kept::people(ids.iter().copied())),
    }
}

fn pcs_of(ids: &[String]) -> Result<std::collections::BTreeSet<String>, ErrorCode> {
    let is_id = |id: &String| {
        (1..=MAX_PC).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if ids.len() > MAX_SET || !ids.iter().all(is_id) {
        return Err(ErrorCode::FieldTooLong);
    }
    Ok(ids.iter().cloned().collect())
}

fn shown_grant(grant: &Grant) -> GrantDraft {
    use mynumber::rights::Scope as Kept;
    GrantDraft {
        role: grant.role(),
        operations: grant.operations().iter().collect(),
        scope: match grant.scope() {
            Kept::Company => Scope::Company,
            Kept::Departments(ids) => Scope::Departments(ids.iter().copied().collect()),
            Kept::People(ids) => Scope::People(ids.iter().copied().collect()),
        },
        pcs: grant.pcs().map(|pcs| pcs.iter().cloned().collect()),
        until: show::day(grant.until()),
    }
}
