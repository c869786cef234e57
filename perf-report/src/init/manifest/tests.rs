//! Manifests of every shape that people write.

use super::*;

fn git() -> Source {
    Source::Git("https://host/perf".to_owned())
}

/// Edits a manifest.
#[track_caller]
fn edited(text: &str, edit: impl FnOnce(&mut Manifest) -> Result<(), UserError>) -> String {
    let mut manifest = Manifest::read("Cargo.toml", text).unwrap();
    edit(&mut manifest).unwrap();
    manifest.text().unwrap()
}

#[track_caller]
fn added(text: &str) -> String {
    edited(text, |manifest| manifest.add(&git()))
}

#[track_caller]
fn sped_up(text: &str) -> String {
    edited(text, |manifest| manifest.speed_up().map(|why| assert_eq!(why, None)))
}

const LINE: &str = "perf-runtime = { git = \"https://host/perf\" }\n";

#[test]
fn a_sorted_list_stays_sorted_with_its_comments() {
    let before = "[package]\nname = 'a'\n\n[dependencies]\n# first\nanyhow = \"1\" # behind\n# second\nserde = \
                  { version = \"1\",features=[] }\nsyn.workspace = true\n\n# end\n[features]\n";
    let expected = before.replace("# second\n", &format!("{LINE}# second\n"));
    assert_eq!(added(before), expected);
}

#[test]
fn a_list_in_another_order_gets_it_at_the_end() {
    let before = "[dependencies]\nserde = '1'\nanyhow = '1'\n# zlib = '1'\n\n[features]\n";
    let expected = before.replace("anyhow = '1'\n", &format!("anyhow = '1'\n{LINE}"));
    assert_eq!(added(before), expected);
}

#[test]
fn every_way_to_write_dependencies_is_kept() {
    for (before, expected) in [
        ("", format!("[dependencies]\n{LINE}")),
        ("[package]\nname = 'a'\n", format!("[package]\nname = 'a'\n\n[dependencies]\n{LINE}")),
        ("[dependencies]\n", format!("[dependencies]\n{LINE}")),
        ("[dependencies]", format!("[dependencies]\n{LINE}")),
        ("dependencies.a = '1'\n", format!("dependencies.a = '1'\ndependencies.{LINE}")),
        (
            "dependencies = { a = '1' }\n",
            format!("dependencies = {{ a = '1', {} }}\n", LINE.trim_end()),
        ),
        ("dependencies = {}\n", format!("dependencies = {{ {} }}\n", LINE.trim_end())),
        (
            "[lib]\n\n[dependencies.a]\nversion = '1'\n",
            format!("[lib]\n\n[dependencies]\n{LINE}\n[dependencies.a]\nversion = '1'\n"),
        ),
        (
            "[target.'cfg(unix)'.dependencies]\nlibc = '0.2'\n",
            format!("[target.'cfg(unix)'.dependencies]\nlibc = '0.2'\n\n[dependencies]\n{LINE}"),
        ),
    ] {
        assert_eq!(added(before), expected, "{before}");
        assert!(added(before).parse::<DocumentMut>().is_ok());
    }
}

#[test]
fn ends_of_lines_stay_what_they_were() {
    let before = "\u{feff}[dependencies]\r\na = '1'\r\nserde = '1'\r\n";
    let expected =
        format!("\u{feff}[dependencies]\r\na = '1'\r\n{}\r\nserde = '1'\r\n", LINE.trim_end());
    assert_eq!(added(before), expected);
}

#[test]
fn sources_are_written_as_cargo_reads_them() {
    let written = |source: Source| edited("[dependencies]\n", |manifest| manifest.add(&source));
    assert!(written(Source::Path("../p t".to_owned())).ends_with("= { path = \"../p t\" }\n"));
    assert!(written(Source::Version("0.1".to_owned())).ends_with("perf-runtime = \"0.1\"\n"));
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let text = "[dependencies]\nperf-runtime = { package = \"other\", version = \"1\" }\n";
    let refused = Manifest::read("x/Cargo.toml", text).unwrap().add(&git()).unwrap_err();
    assert!(refused.problem.starts_with("x/Cargo.toml is written"), "{refused}");
    assert!(Manifest::read("x", "[package").unwrap_err().problem.contains("no TOML"));
}

#[test]
fn a_workspace_shares_it_where_it_shares_others() {
    let shared = "[workspace]\nmembers = []\n\n[workspace.dependencies]\nserde = '1'\n";
    let manifest = Manifest::read("", shared).unwrap();
    assert!(manifest.is_shared());
    assert_eq!(manifest.shared_runtime(), None);
    let with = edited(shared, |manifest| manifest.share(&git()));
    assert!(with.ends_with(&format!("{LINE}serde = '1'\n")), "{with}");
    let runtime = |text: &str| {
        let shared = Manifest::read("", text).unwrap().shared_runtime().unwrap();
        (shared.name, shared.records)
    };
    assert_eq!(runtime(&with), ("perf-runtime".to_owned(), true));
    let renamed = "[workspace.dependencies]\npt = { package = 'perf-runtime', version = '1' }\n";
    assert_eq!(runtime(renamed), ("pt".to_owned(), true));
    let off = "[workspace.dependencies]\nperf-runtime = { path = 'p', default-features = false }\n";
    assert!(!runtime(off).1);
    assert!(runtime(&off.replace(" }", ", features = ['record'] }")).1);
    for alone in ["[workspace]\n", "[workspace.dependencies]\n", "[package]\nname = 'a'\n"] {
        assert!(!Manifest::read("", alone).unwrap().is_shared(), "{alone}");
    }
}

fn shared(records: bool) -> Shared {
    Shared { name: "perf-runtime".to_owned(), records }
}

#[test]
fn a_member_asks_for_recording_where_the_workspace_does_not() {
    let text = edited("", |manifest| manifest.inherit(&shared(false)));
    let line = "perf-runtime = { workspace = true, features = [\"record\"] }\n";
    assert_eq!(text, format!("[dependencies]\n{line}"));
}

#[test]
fn a_member_takes_it_as_it_takes_others() {
    let inherited = |text: &str| edited(text, |manifest| manifest.inherit(&shared(true)));
    let dotted = "perf-runtime.workspace = true\n";
    assert_eq!(
        inherited("[dependencies]\na.workspace = true\n"),
        format!("[dependencies]\na.workspace = true\n{dotted}")
    );
    assert_eq!(inherited(""), format!("[dependencies]\n{dotted}"));
    let braces = "[dependencies]\nserde = { workspace = true }\n";
    let expected = braces.replace("serde", "perf-runtime = { workspace = true }\nserde");
    assert_eq!(inherited(braces), expected);
}

const PROFILE: &str = "[profile.dev.package.perf-runtime]\nopt-level = 3  # a tracked call in a test then takes 30 ns, not 200\n";

#[test]
fn the_profile_is_added_in_the_way_in_which_others_are_written() {
    let inline = "profile = { dev = { opt-level = 0 } }\n";
    for (before, expected) in [
        ("", PROFILE.to_owned()),
        ("[package]\nname = 'a'\n", format!("[package]\nname = 'a'\n\n{PROFILE}")),
        (
            "[profile.release]\nlto = true\n\n[features]\n# end\n",
            format!("[profile.release]\nlto = true\n\n{PROFILE}\n[features]\n# end\n"),
        ),
        (
            "[profile.dev]\ndebug = 1\npackage.a.opt-level = 1\n",
            format!(
                "[profile.dev]\ndebug = 1\npackage.a.opt-level = 1\npackage.perf-runtime.{}",
                &PROFILE[PROFILE.find("opt").unwrap()..]
            ),
        ),
        (
            inline,
            "profile = { dev = { opt-level = 0, package = { perf-runtime = { opt-level = 3 } } } }\n".to_owned(),
        ),
    ] {
        assert_eq!(sped_up(before), expected, "{before}");
        assert!(sped_up(before).parse::<DocumentMut>().is_ok());
    }
}

#[test]
fn what_is_optimised_already_stays_as_it_is() {
    for (text, why) in [
        (PROFILE, "is there already"),
        ("profile.dev.package.perf-runtime = { debug = true }\n", "is there already"),
        ("[profile.dev.package.'*']\nopt-level = 's'\n", "opt-level s"),
        ("[profile.dev]\nopt-level = 1\n", "opt-level 1"),
    ] {
        let mut manifest = Manifest::read("", text).unwrap();
        let said = manifest.speed_up().unwrap().unwrap_or_default();
        assert!(said.contains(why), "{said}");
        assert_eq!(manifest.text().unwrap(), text);
    }
    for text in ["[profile.dev]\nopt-level = 0\n", "[profile.dev.package.'*']\ndebug = 1\n"] {
        assert_eq!(Manifest::read("", text).unwrap().speed_up().unwrap(), None, "{text}");
    }
}
