#![allow(clippy::unwrap_used, reason = "tests")]

use intake::{Mapping, Sheet};
use std::fmt::Write;
use std::time::Instant;

/// The memory of this process at its highest, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[ignore = "a measurement, meaningful with --release and --nocapture only"]
#[allow(clippy::print_stdout, reason = "it is what the measurement is for")]
fn three_hundred_thousand_people_fit_in_300_megabytes() {
    let mut text = String::from(
        "社員番号,氏名,フリガナ,生年月日,性別,住所,続柄,同居区分,控除区分,個人番号\r\n",
    );
    for i in 0..100_000 {
        let rows = [
            ("本人", "太郎", "1990/4/1", "男", "", ""),
            ("妻", "花子", "1991/5/2", "女", "同居", "源泉控除対象配偶者"),
            ("子", "次郎", "2020/6/3", "男", "同居", "16歳未満"),
        ];
        for (relation, name, born, sex, together, class) in rows {
            writeln!(
                text,
                "{i:06},山田 {name}{i},ヤマダ,{born},{sex},東京都千代田区丸の内１－１－１,{relation},{together},{class},123456789018\r"
            )
            .unwrap();
        }
    }
    let before = peak_kib();
    let start = Instant::now();
    let sheet = Sheet::open(text.as_bytes()).unwrap();
    let parsed = sheet
        .read(&Mapping::guess(&sheet), &mut |_, _| true)
        .unwrap();
    assert_eq!(
        (parsed.employees(), parsed.dependants()),
        (100_000, 200_000)
    );
    println!(
        "{} MB read in {:.2} s; {} MB with the file itself, {} MB for the rows",
        text.len() / 1_000_000,
        start.elapsed().as_secs_f64(),
        peak_kib() / 1000,
        (peak_kib() - before) / 1000,
    );
    assert!(peak_kib() < 300 << 10);
}
