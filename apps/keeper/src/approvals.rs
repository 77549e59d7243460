//! What waits for a second person.

use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use protocol::clerk::approvals::{Approval, ApprovalState, Reply as Approvals, Request};
use protocol::clerk::{MAX_ROWS, Reply};
use vault::{Decision, RequestRow, RequestState};

impl Work<'_> {
    pub(crate) fn about_approvals(&mut self, request: Request) -> Result<Reply, Refusal> {
        let now = self.now();
        match request {
            Request::List { window } => {
                let limit = window.limit.min(MAX_ROWS);
                let page = self.vault.requests(self.session, window.offset, limit)?;
                return Ok(Approvals::List(show::rows(page, approval)).into());
            }
            Request::Confirm { approval } => {
                self.decide(&approval, Decision::Confirm)?;
            }
            Request::Refuse { approval } => {
                self.decide(&approval, Decision::Refuse)?;
            }
            Request::Withdraw { approval } => {
                self.vault
                    .withdraw_request(self.session, id(&approval)?, now)?;
            }
        }
        Ok(Reply::Done)
    }

    fn decide(&mut self, approval: &str, decision: Decision) -> Result<(), Refusal> {
        let now = self.now();
        Ok(self
            .vault
            .decide(self.session, id(approval)?, decision, now)?)
    }
}

/// An id as the vault makes them; another one is of nothing that is there.
fn id(text: &str) -> Result<&str, Refusal> {
    if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(text)
    } else {
        Err(ErrorCode::NotFound.into())
    }
}

fn approval(kept: RequestRow) -> Approval {
    Approval {
        approval: kept.id,
        user: kept.user,
        user_name: kept.user_name,
        act: kept.act.title(),
        details: kept.details,
        asked_unix: kept.asked_unix,
        until_unix: kept.until_unix,
        state: match kept.state {
            RequestState::Waiting => ApprovalState::Waiting,
            RequestState::Confirmed => ApprovalState::Confirmed,
            RequestState::Refused => ApprovalState::Refused,
            RequestState::Withdrawn => ApprovalState::Withdrawn,
            RequestState::Done => ApprovalState::Done,
        },
    }
}
