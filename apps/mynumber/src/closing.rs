//! 取扱いの終了: why the work with a company's numbers ended as a whole.

use crate::coded::coded;

coded! {
    /// Why nothing more is done for a company.
    ClosingReason {
        /// The contract by which the office worked for a client: what it holds is returned and
        /// destroyed (ガイドライン第4-2-(1): 委託契約終了後の特定個人情報の返却又は廃棄), and the
        /// client keeps its papers itself.
        MandateEnded = "mandate_ended", "委託契約の終了", "the mandate ended";
        /// 廃業, 解散. The last papers are still to be filed, and those filed to be kept.
        Closed = "closed", "廃業・解散", "closed down";
    }
}
