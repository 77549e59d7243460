//! 利用目的の通知: how people were told what their numbers are for.

use crate::coded::coded;

coded! {
    /// How the purposes were notified or published (ガイドライン第4-1-(1)).
    NoticeMethod {
        Document = "document", "書面の交付", "a document handed over";
        WorkRules = "work_rules", "就業規則への明記", "the rules of employment";
        Intranet = "intranet", "社内LANへの掲示", "the company's own network";
        Mail = "mail", "電子メール", "electronic mail";
        Published = "published", "公表", "published";
    }
}
