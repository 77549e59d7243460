//! Destroying numbers.

use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use protocol::clerk::retention::{MAX_PEOPLE, Reason, Reply as Retention, Request, Tombstone};
use protocol::clerk::{MAX_ROWS, PersonId, Reply, Rows, Window};
use vault::DestroyReason;

impl Work<'_> {
    pub(crate) fn about_retention(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Destroy { people, reason } => self.destroy(&people, reason),
            Request::Destroyed { window } => self.destroyed(window),
        }
    }

    fn destroy(&mut self, people: &[PersonId], reason: Reason) -> Result<Reply, Refusal> {
        if people.len() > MAX_PEOPLE {
            return Err(ErrorCode::TooManyPeople.into());
        }
        let reason = match reason {
            Reason::RetentionEnded => DestroyReason::RetentionEnded,
            Reason::CollectedByMistake => DestroyReason::CollectedByMistake,
            Reason::NoLongerNeeded => DestroyReason::NoLongerNeeded,
        };
        let now = self.now();
        let done = self
            .vault
            .destroy_numbers(self.session, people, reason, now)?;
        Ok(Retention::Destroyed {
            batch: done.batch,
            people: done.people,
        }
        .into())
    }

    fn destroyed(&mut self, window: Window) -> Result<Reply, Refusal> {
        let all = self.vault.tombstones(self.session)?;
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let rows = all
            .into_iter()
            .skip(window.offset as usize)
            .take(window.limit.min(MAX_ROWS).into())
            .map(|stone| Tombstone {
                person: stone.person,
                destroyed_unix: stone.destroyed_unix,
                reason_ja: stone.reason.japanese().into(),
                reason_en: stone.reason.english().into(),
            })
            .collect();
        Ok(Retention::List(Rows { total, rows }).into())
    }
}
