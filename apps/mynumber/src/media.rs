//! 媒体: what carries numbers outside the vault's own stick, and how it ends.

use crate::coded::coded;

coded! {
    /// What kind of thing carries numbers (電子媒体等, 書類).
    MediumKind {
        Paper = "paper", "書類", "papers";
        VaultStick = "vault_stick", "金庫のUSB", "the vault's stick";
        BackupStick = "backup_stick", "予備のUSB", "backup stick";
        Companion = "companion", "受渡し用USB", "companion stick";
        UsbStick = "usb_stick", "その他のUSBメモリ", "another USB stick";
        OpticalDisc = "optical_disc", "光ディスク", "optical disc";
        HardDisk = "hard_disk", "ハードディスク", "hard disk";
        Pc = "pc", "パソコン", "PC";
        Other = "other", "その他", "other";
    }
}

coded! {
    /// Means by which nothing can be restored (ガイドライン別添1 E-d).
    Destruction {
        Shredded = "shredded", "復元不可能な裁断", "shredded beyond restoring";
        Dissolved = "dissolved", "溶解", "dissolved";
        Incinerated = "incinerated", "焼却", "incinerated";
        PhysicallyDestroyed = "physically_destroyed", "物理的破壊", "physically destroyed";
        Erased = "erased", "専用ソフトウェアによる消去", "erased by a tool made for it";
    }
}

impl Destruction {
    /// Whether it ends a medium of this kind. Erasing does not end flash memory: its worn
    /// blocks stay readable.
    pub const fn ends(self, kind: MediumKind) -> bool {
        use Destruction::*;
        use MediumKind::*;
        match kind {
            Paper => matches!(self, Shredded | Dissolved | Incinerated),
            OpticalDisc => matches!(self, Shredded | PhysicallyDestroyed),
            HardDisk | Pc => matches!(self, Erased | PhysicallyDestroyed),
            VaultStick | BackupStick | Companion | UsbStick => matches!(self, PhysicallyDestroyed),
            Other => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_medium_can_be_ended_and_flash_not_by_erasing() {
        for &kind in MediumKind::ALL {
            assert!(Destruction::ALL.iter().any(|m| m.ends(kind)), "{kind:?}");
        }
        for kind in [
            MediumKind::VaultStick,
            MediumKind::BackupStick,
            MediumKind::UsbStick,
        ] {
            assert!(!Destruction::Erased.ends(kind), "{kind:?}");
        }
        assert!(!Destruction::Dissolved.ends(MediumKind::HardDisk));
    }
}
