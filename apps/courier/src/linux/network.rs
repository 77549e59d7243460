//! The cut as one nftables table of our own.
//!
//! `table inet kuramori` holds a chain each for input, forward and output, policy drop,
//! that let loopback pass and nothing else, and an empty chain named after the session,
//! by which a sweep recognises the cut it has to take away. A drop is final whatever
//! other tables accept. The rules are set in one transaction and read back.

use crate::{Failure, Result, outside::NetworkCut};
use codes::ErrorCode;
use nftables::{
    batch::Batch,
    expr::{Expression, Meta, MetaKey, NamedExpression},
    helper,
    schema::{Chain, NfListObject, NfObject, Nftables, Rule, Table},
    stmt::{Match, Operator, Statement},
    types::{NfChainPolicy, NfChainType, NfFamily, NfHook},
};
use std::{os::unix::fs::MetadataExt, path::Path};
use transfer::HandOverId;

const TABLE: &str = "kuramori";
/// Before connection tracking and every usual filter.
const PRIORITY: i32 = -300;
/// Where distributions have it. Never searched in PATH: this runs as root.
const PLACES: [&str; 3] = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft"];
/// The chains: name, hook, and which side of a packet must be loopback to pass.
const CHAINS: [(&str, NfHook, MetaKey); 3] = [
    ("input", NfHook::Input, MetaKey::Iifname),
    ("forward", NfHook::Forward, MetaKey::Oifname),
    ("output", NfHook::Output, MetaKey::Oifname),
];

/// The cut through nft(8).
pub struct Nft {
    program: &'static str,
    rules: Rules,
}

/// What this process knows about the rules of a session.
#[derive(Clone, Copy, PartialEq)]
enum Rules {
    /// An earlier process may have set them.
    Unknown,
    /// Not set: where nft does not work at all, there is nothing to restore either.
    NotSet,
    /// Asked to be set, with whatever success.
    Asked,
}

const fn failure(step: &'static str) -> Failure {
    Failure::new(ErrorCode::NetworkCutFailed, step)
}

impl Nft {
    /// Finds nft.
    ///
    /// # Errors
    /// `NetworkCutFailed` where there is none that only root can change.
    pub fn find() -> Result<Self> {
        let program = PLACES
            .into_iter()
            .find(|place| {
                Path::new(place)
                    .metadata()
                    .is_ok_and(|m| m.is_file() && m.uid() == 0 && m.mode() & 0o022 == 0)
            })
            .ok_or(failure("find nft"))?;
        Ok(Nft {
            program,
            rules: Rules::Unknown,
        })
    }

    fn apply(&self, batch: Batch, step: &'static str) -> Result<()> {
        helper::apply_ruleset_with_args(
            &batch.to_nftables(),
            Some(self.program),
            helper::DEFAULT_ARGS,
        )
        .map_err(|_| failure(step))
    }

    fn list(&self, what: &[&str], step: &'static str) -> Result<Nftables<'static>> {
        helper::get_current_ruleset_with_args(Some(self.program), what.iter().copied())
            .map_err(|_| failure(step))
    }

    /// What is in the table now; `None` if there is no such table.
    fn read_back(&self) -> Result<Option<Seen>> {
        let tables = self.list(&["list", "tables", "inet"], "list tables")?;
        let there = objects(&tables)
            .any(|o| matches!(o, NfListObject::Table(t) if t.family == NfFamily::INet && t.name == TABLE));
        if !there {
            return Ok(None);
        }
        let rules = self.list(&["list", "table", "inet", TABLE], "read the table back")?;
        Ok(Some(Seen::of(&rules)))
    }
}

impl NetworkCut for Nft {
    fn cut(&mut self, session: HandOverId) -> Result<()> {
        self.rules = Rules::NotSet;
        match self.read_back()? {
            None => {
                self.rules = Rules::Asked;
                self.apply(cut_rules(session), "set the rules")?;
            }
            // Put there by somebody else, or by a courier whose journal is lost: a person
            // has to look at it.
            Some(_) => return Err(failure("a table of that name is there")),
        }
        match self.read_back()? {
            Some(seen) if seen == Seen::expected(session) => Ok(()),
            _ => Err(failure("compare the table")),
        }
    }

    fn holds(&mut self, session: HandOverId) -> bool {
        self.read_back()
            .is_ok_and(|seen| seen == Some(Seen::expected(session)))
    }

    fn restore(&mut self, session: HandOverId) -> Result<()> {
        if self.rules == Rules::NotSet {
            return Ok(());
        }
        match self.read_back()? {
            Some(seen) if seen.is_of(session) => {
                let mut batch = Batch::new();
                batch.delete(NfListObject::Table(table()));
                self.apply(batch, "delete the table")?;
                match self.read_back()? {
                    None => Ok(()),
                    Some(_) => Err(failure("the table is still there")),
                }
            }
            // Not ours: left alone.
            Some(_) | None => Ok(()),
        }
    }
}

fn table() -> Table<'static> {
    Table {
        family: NfFamily::INet,
        name: TABLE.into(),
        handle: None,
    }
}

fn mark(session: HandOverId) -> String {
    format!("session-{session}")
}

fn cut_rules(session: HandOverId) -> Batch<'static> {
    let mut batch = Batch::new();
    batch.add(NfListObject::Table(table()));
    batch.add(NfListObject::Chain(Chain {
        family: NfFamily::INet,
        table: TABLE.into(),
        name: mark(session).into(),
        ..Chain::default()
    }));
    for (name, hook, side) in CHAINS {
        batch.add(NfListObject::Chain(Chain {
            family: NfFamily::INet,
            table: TABLE.into(),
            name: name.into(),
            _type: Some(NfChainType::Filter),
            hook: Some(hook),
            prio: Some(PRIORITY),
            policy: Some(NfChainPolicy::Drop),
            ..Chain::default()
        }));
        // Nothing is forwarded to or from loopback, so `forward` needs no rule.
        if hook != NfHook::Forward {
            batch.add(NfListObject::Rule(Rule {
                family: NfFamily::INet,
                table: TABLE.into(),
                chain: name.into(),
                expr: pass_loopback(side).into(),
                ..Rule::default()
            }));
        }
    }
    batch
}

fn pass_loopback(side: MetaKey) -> Vec<Statement<'static>> {
    vec![
        Statement::Match(Match {
            left: Expression::Named(NamedExpression::Meta(Meta { key: side })),
            right: Expression::String("lo".into()),
            op: Operator::EQ,
        }),
        Statement::Accept(None),
    ]
}

fn objects<'a>(rules: &'a Nftables<'static>) -> impl Iterator<Item = &'a NfListObject<'static>> {
    rules.objects.iter().filter_map(|o| match o {
        NfObject::ListObject(object) => Some(object),
        NfObject::CmdObject(_) => None,
    })
}

/// Name, hook, priority, policy.
type SeenChain = (String, Option<NfHook>, Option<i32>, Option<NfChainPolicy>);

/// What a table holds, in a form that can be compared: handles and order of listing do
/// not matter, anything else does.
#[derive(Debug, PartialEq)]
struct Seen {
    /// Sorted by name.
    chains: Vec<SeenChain>,
    /// Chain and statements, sorted by chain.
    rules: Vec<(String, Vec<Statement<'static>>)>,
    /// Sets, maps and the like, of which a cut of ours has none.
    others: usize,
}

impl Seen {
    fn of(rules: &Nftables<'static>) -> Self {
        let mut seen = Seen {
            chains: Vec::new(),
            rules: Vec::new(),
            others: 0,
        };
        for object in objects(rules) {
            match object {
                NfListObject::Chain(c) => {
                    seen.chains
                        .push((c.name.to_string(), c.hook, c.prio, c.policy))
                }
                NfListObject::Rule(r) => {
                    seen.rules.push((r.chain.to_string(), r.expr.to_vec()));
                }
                NfListObject::Table(_) | NfListObject::MetainfoObject(_) => {}
                _ => seen.others += 1,
            }
        }
        seen.chains.sort_by(|a, b| a.0.cmp(&b.0));
        seen.rules.sort_by(|a, b| a.0.cmp(&b.0));
        seen
    }

    fn expected(session: HandOverId) -> Self {
        let mut chains = vec![(mark(session), None, None, None)];
        let mut rules = Vec::new();
        for (name, hook, side) in CHAINS {
            let chain = (
                name.to_owned(),
                Some(hook),
                Some(PRIORITY),
                Some(NfChainPolicy::Drop),
            );
            chains.push(chain);
            if hook != NfHook::Forward {
                rules.push((name.to_owned(), pass_loopback(side)));
            }
        }
        chains.sort_by(|a, b| a.0.cmp(&b.0));
        rules.sort_by(|a, b| a.0.cmp(&b.0));
        Seen {
            chains,
            rules,
            others: 0,
        }
    }

    fn is_of(&self, session: HandOverId) -> bool {
        let mark = mark(session);
        self.chains.iter().any(|c| c.0 == mark)
    }
}
