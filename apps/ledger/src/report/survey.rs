use super::{Filter, Kind};
use crate::{Entry, Event, Outcome, Role};
use mynumber::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The most places of one kind of warning that are listed.
const LISTED: usize = 20;

/// What a report will show, learned from a look at every entry in order.
#[derive(Debug)]
pub struct Survey {
    kind: Kind,
    filter: Filter,
    /// Sessions in which something of the person's was handled.
    sessions: BTreeSet<String>,
    pub(super) shown: u64,
    /// The first entry shown.
    pub(super) first: Option<u64>,
    pub(super) counts: BTreeMap<Event, Count>,
    /// By id; `None`: nobody was logged in.
    pub(super) users: BTreeMap<Option<i64>, OfUser>,
    /// Entries shown whose clock nobody had confirmed.
    pub(super) unconfirmed: Places,
    /// Entries, shown or not, that say an earlier time than the one before them.
    pub(super) backwards: Places,
    last_unix: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub done: u64,
    pub refused: u64,
}

/// What one user did, of what is shown.
#[derive(Debug, Default)]
pub(super) struct OfUser {
    /// The newest name.
    pub name: String,
    /// Every role they had.
    pub roles: Vec<Role>,
    pub count: Count,
    /// The seconds of each login until its last entry shown.
    pub sessions: BTreeMap<String, u64>,
}

impl Count {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Ok => self.done += 1,
            Outcome::Refused(_) => self.refused += 1,
        }
    }
}

impl OfUser {
    fn add(&mut self, entry: &Entry) {
        self.count.add(&entry.outcome);
        match &entry.user {
            None => self.name = "使用者なし nobody logged in".to_owned(),
            Some(user) => {
                self.name.clone_from(&user.name);
                if !self.roles.contains(&user.role) {
                    self.roles.push(user.role);
                }
            }
        }
        if let Some(session) = &entry.session {
            let seconds = self.sessions.entry(session.id.clone()).or_default();
            *seconds = session.seconds.max(*seconds);
        }
    }
}

/// How many, and the first of them.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub count: u64,
    pub first: Vec<u64>,
}

impl Places {
    fn add(&mut self, seq: u64) {
        self.count += 1;
        if self.first.len() < LISTED {
            self.first.push(seq);
        }
    }
}

impl Survey {
    pub fn new(kind: Kind, filter: &Filter) -> Self {
        Self {
            kind,
            filter: filter.clone(),
            sessions: BTreeSet::new(),
            shown: 0,
            first: None,
            counts: BTreeMap::new(),
            users: BTreeMap::new(),
            unconfirmed: Places::default(),
            backwards: Places::default(),
            last_unix: None,
        }
    }

    /// Whether [`Self::meet`] wants to see every entry before [`Self::count`] does.
    pub fn wants_meeting(&self) -> bool {
        self.kind == Kind::Report && self.filter.person.is_some()
    }

    /// First look, for a person's report: which sessions belong to it.
    pub fn meet(&mut self, entry: &Entry) {
        if let Some(session) = &entry.session
            && self.is_in_period(entry)
            && self.is_of_user(entry)
            && self.is_about_person(entry)
            && !self.sessions.contains(&session.id)
        {
            self.sessions.insert(session.id.clone());
        }
    }

    /// Second look: what will be shown.
    pub fn count(&mut self, entry: &Entry) {
        if self.last_unix.is_some_and(|last| entry.unix_seconds < last) {
            self.backwards.add(entry.seq);
        }
        self.last_unix = Some(entry.unix_seconds);
        if !self.shows(entry) {
            return;
        }
        self.shown += 1;
        self.first.get_or_insert(entry.seq);
        let count = self.counts.entry(entry.event).or_default();
        count.add(&entry.outcome);
        let user = entry.user.as_ref().map(|user| user.id);
        self.users.entry(user).or_default().add(entry);
        if !entry.clock_confirmed {
            self.unconfirmed.add(entry.seq);
        }
    }

    /// How many entries will be shown.
    pub fn shown(&self) -> u64 {
        self.shown
    }

    /// Whether this entry is shown. An export shows everything.
    pub fn shows(&self, entry: &Entry) -> bool {
        if self.kind == Kind::Export {
            return true;
        }
        self.is_in_period(entry)
            && self.is_of_user(entry)
            && (self.is_about_person(entry) || self.frames_the_person(entry))
    }

    fn is_in_period(&self, entry: &Entry) -> bool {
        let Filter { from, to, .. } = &self.filter;
        if from.is_none() && to.is_none() {
            return true;
        }
        Date::in_japan(entry.unix_seconds)
            .is_ok_and(|day| from.is_none_or(|f| f <= day) && to.is_none_or(|t| day <= t))
    }

    fn is_of_user(&self, entry: &Entry) -> bool {
        (self.filter.user.as_ref())
            .is_none_or(|wanted| entry.user.as_ref().is_some_and(|u| u.id == wanted.id))
    }

    fn is_about_person(&self, entry: &Entry) -> bool {
        (self.filter.person.as_ref()).is_none_or(|wanted| {
            (entry.subject.as_ref()).and_then(|s| s.person()) == Some(wanted.id)
        })
    }

    /// The beginning and the end of a session in which the person's data was handled. They
    /// name nobody but the user.
    fn frames_the_person(&self, entry: &Entry) -> bool {
        let frame = matches!(
            entry.event,
            Event::Login | Event::Recovered | Event::Lock | Event::PowerOff
        );
        frame
            && entry.subject.is_none()
            && (entry.session.as_ref()).is_some_and(|s| self.sessions.contains(&s.id))
    }
}
