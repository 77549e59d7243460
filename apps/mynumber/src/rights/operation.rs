//! What can be done with a vault, and sets of it.

use serde::{Deserialize, Serialize};

/// What a right is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Operation {
    /// 登録: people and their numbers, one by one or by import.
    Register,
    /// 変更: of what is registered, and of what is known about its collection.
    Change,
    /// 表示: a number on the screen.
    Reveal,
    /// 出力: numbers into a hand-over.
    Export,
    /// 削除・廃棄
    Delete,
    /// 承認: the second person's word.
    Approve,
    /// 利用者の管理: users, their rights, the company's settings.
    ManageUsers,
    /// 取扱記録の閲覧
    ReadLedger,
}

/// A set of operations.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Operation>", into = "Vec<Operation>")]
pub struct OperationSet(u8);

impl Operation {
    pub const ALL: [Operation; 8] = [
        Operation::Register,
        Operation::Change,
        Operation::Reveal,
        Operation::Export,
        Operation::Delete,
        Operation::Approve,
        Operation::ManageUsers,
        Operation::ReadLedger,
    ];

    /// Whether the work behind it needs the company's number key. Deletion does: what
    /// remains is wrapped anew.
    pub const fn needs_numbers(self) -> bool {
        match self {
            Operation::Register
            | Operation::Change
            | Operation::Reveal
            | Operation::Export
            | Operation::Delete => true,
            Operation::Approve | Operation::ManageUsers | Operation::ReadLedger => false,
        }
    }

    /// As stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Operation::Register => "register",
            Operation::Change => "change",
            Operation::Reveal => "reveal",
            Operation::Export => "export",
            Operation::Delete => "delete",
            Operation::Approve => "approve",
            Operation::ManageUsers => "manage_users",
            Operation::ReadLedger => "read_ledger",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.code() == code)
    }

    pub const fn japanese(self) -> &'static str {
        match self {
            Operation::Register => "登録",
            Operation::Change => "変更",
            Operation::Reveal => "番号の表示",
            Operation::Export => "出力",
            Operation::Delete => "削除・廃棄",
            Operation::Approve => "承認",
            Operation::ManageUsers => "利用者の管理",
            Operation::ReadLedger => "取扱記録の閲覧",
        }
    }

    pub const fn english(self) -> &'static str {
        match self {
            Operation::Register => "register",
            Operation::Change => "change",
            Operation::Reveal => "show numbers",
            Operation::Export => "export",
            Operation::Delete => "delete",
            Operation::Approve => "approve",
            Operation::ManageUsers => "manage users",
            Operation::ReadLedger => "read the ledger",
        }
    }
}

impl OperationSet {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self::of(&Operation::ALL);

    pub const fn of(operations: &[Operation]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < operations.len() {
            bits |= 1 << operations[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    pub const fn contains(self, operation: Operation) -> bool {
        self.0 & 1 << operation as u8 != 0
    }

    #[must_use]
    pub const fn with(self, operation: Operation) -> Self {
        Self(self.0 | 1 << operation as u8)
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Operation> {
        Operation::ALL
            .into_iter()
            .filter(move |&op| self.contains(op))
    }

    /// Whether somebody with these operations is given the company's number key.
    pub fn needs_numbers(self) -> bool {
        self.iter().any(Operation::needs_numbers)
    }

    /// The codes with commas between, in the order of [`Operation::ALL`].
    pub fn codes(self) -> String {
        self.iter()
            .map(Operation::code)
            .collect::<Vec<_>>()
            .join(",")
    }

    /// From what [`Self::codes`] gave; `None` where a code is unknown.
    pub fn from_codes(codes: &str) -> Option<Self> {
        codes
            .split(',')
            .filter(|code| !code.is_empty())
            .try_fold(Self::NONE, |set, code| {
                Operation::from_code(code).map(|op| set.with(op))
            })
    }
}

impl FromIterator<Operation> for OperationSet {
    fn from_iter<I: IntoIterator<Item = Operation>>(operations: I) -> Self {
        operations.into_iter().fold(Self::NONE, Self::with)
    }
}

impl From<Vec<Operation>> for OperationSet {
    fn from(operations: Vec<Operation>) -> Self {
        operations.into_iter().collect()
    }
}

impl From<OperationSet> for Vec<Operation> {
    fn from(set: OperationSet) -> Self {
        set.iter().collect()
    }
}

impl std::fmt::Debug for OperationSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
