//! Whatever the store does, nothing is lost, nothing doubled, and nobody waits.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::sending::{Open, Post};
use super::{Letter, Outbox, Shared};
use crate::error::UserError;
use crate::model::{RunDocument, samples};
use crate::project::latest::Latest;
use crate::project::store::{
    Entry, Fault, Filter, Made, Names, Query, RunRef, SegmentId, Sqlite, Store, StoreError,
};

const NAME: &str = "team";

/// A store of several machines, in a folder of its own beside that of a checkout.
struct Team {
    folder: tempfile::TempDir,
    tries: Arc<AtomicUsize>,
}

/// The behaviour of a server.
#[derive(Clone, Copy)]
enum Server {
    Well,
    Refusing,
    Hanging,
    /// It fails so many times, then it is well.
    Failing(usize),
    /// It takes no runs of these seconds; true where it says that the run is to blame.
    Picky(&'static [(u32, bool)]),
}

/// A store that does not take some runs.
#[derive(Debug)]
struct Picky(Sqlite, &'static [(u32, bool)]);

impl Store for Picky {
    fn save_made_of(
        &mut self,
        wanted: &RunDocument,
        segments: &[SegmentId],
        made: Made,
    ) -> Result<(), StoreError> {
        let is_wanted = |second| run(second, "a", "main").run.id == wanted.run.id;
        if let Some((_, blames)) = self.1.iter().find(|(second, _)| is_wanted(*second)) {
            let fault = if *blames { Fault::Unfit } else { Fault::Other };
            return Err(StoreError { store: NAME.into(), fault: fault("picky".into()) });
        }
        self.0.save_made_of(wanted, segments, made)
    }
    fn made_of(&self, segments: &[SegmentId]) -> Result<BTreeMap<SegmentId, String>, StoreError> {
        self.0.made_of(segments)
    }
    fn entries(&self, query: &Query) -> Result<Vec<Entry>, StoreError> {
        self.0.entries(query)
    }
    fn count(&self, filter: &Filter) -> Result<usize, StoreError> {
        self.0.count(filter)
    }
    fn load(&self, id: &str) -> Result<RunDocument, StoreError> {
        self.0.load(id)
    }
    fn remove(&mut self, ids: &[&str]) -> Result<usize, StoreError> {
        self.0.remove(ids)
    }
    fn rename(&mut self, id: &str, change: &dyn Fn(&Names) -> Names) -> Result<Names, StoreError> {
        self.0.rename(id, change)
    }
    fn shrink(&mut self) -> Result<(), StoreError> {
        self.0.shrink()
    }
}

impl Team {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), tries: Arc::default() }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("team.sqlite")
    }

    fn itself(&self) -> Sqlite {
        Sqlite::open_or_create(&self.file()).unwrap()
    }

    fn outbox(&self) -> Outbox {
        Outbox::of(&self.checkout())
    }

    fn checkout(&self) -> std::path::PathBuf {
        self.folder.path().join(".perf")
    }

    fn open(&self, server: Server) -> Open {
        let (file, tries) = (self.file(), Arc::clone(&self.tries));
        Arc::new(move |_| {
            let before = tries.fetch_add(1, Ordering::SeqCst);
            let broken =
                || StoreError { store: NAME.into(), fault: Fault::Other("refused".into()) };
            match server {
                Server::Hanging => {
                    thread::sleep(Duration::from_mins(1));
                    Err(broken())
                }
                Server::Refusing => Err(broken()),
                Server::Picky(refused) => {
                    Ok(Box::new(Picky(Sqlite::open_or_create(&file)?, refused)))
                }
                Server::Failing(times) if before < times => Err(broken()),
                _ => Ok(Box::new(Sqlite::open_or_create(&file)?)),
            }
        })
    }

    /// Returns the store as a command of the checkout sees it, and its post office.
    fn seen(&self, server: Server) -> (Shared, Arc<Post>) {
        let post = Arc::new(Post::default());
        let own = (Latest::of(&self.checkout()), Arc::clone(&post));
        let shared = Shared::new(NAME.into(), self.open(server), self.outbox(), own);
        (shared.within(Duration::from_millis(1_500)), post)
    }

    fn stored(&self) -> Vec<String> {
        let entries = self.itself().entries(&Query::oldest(Filter::default(), usize::MAX)).unwrap();
        entries.into_iter().map(|entry| entry.id).collect()
    }
}

fn run(second: u32, command: &str, branch: &str) -> RunDocument {
    let mut run = samples::typical();
    run.run.id = format!("20200101T0000{second:02}-{second:016x}");
    run.run.time = format!("2020-01-01T00:00:{second:02}.000Z");
    run.run.command = vec![command.to_owned()];
    run.run.git.get_or_insert_default().branch = Some(branch.to_owned());
    run
}

#[test]
fn a_run_is_stored_and_taken_out_of_the_outbox_where_the_server_is_well() {
    let team = Team::new();
    let (mut shared, post) = team.seen(Server::Failing(2));
    let run = run(1, "a", "main");
    shared.save_made_of(&run, &[SegmentId(1)], Made::Now).unwrap();
    assert_eq!((team.stored(), team.outbox().ids()), (vec![run.run.id.clone()], Vec::new()));
    assert!(post.problems(&team.outbox()).is_empty());
    let again = shared.save_made_of(&run, &[SegmentId(1)], Made::Then).unwrap_err();
    assert!(matches!(again.fault, Fault::Exists { .. }), "{again:?}");
    assert!(team.outbox().ids().is_empty() && team.stored().len() == 1);
}

#[test]
fn a_server_that_refuses_or_hangs_loses_nothing_and_holds_up_nobody() {
    for server in [Server::Refusing, Server::Hanging] {
        let team = Team::new();
        let (mut shared, post) = team.seen(server);
        let began = Instant::now();
        for second in 1..=5 {
            shared.save_made_of(&run(second, "a", "main"), &[], Made::Now).unwrap();
        }
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
        assert_eq!(team.outbox().ids().len(), 5);
        let problems = post.problems(&team.outbox());
        assert!(problems.len() == 1 && problems[0].contains("5 runs wait"), "{problems:?}");
        // What this command has made is there for the rest of it.
        assert_eq!(shared.resolve(&RunRef::Latest(0), &()).unwrap().id, run(5, "a", "main").run.id);
        assert_eq!(
            shared.behind(&run(5, "a", "main")).and_then(|it| shared.count(&it)).unwrap(),
            4
        );
        // The next one sends what is left, then its own.
        let (mut shared, post) = team.seen(Server::Well);
        shared.save_made_of(&run(6, "a", "main"), &[], Made::Now).unwrap();
        assert_eq!((team.stored().len(), team.outbox().ids().len()), (6, 0));
        assert!(post.problems(&team.outbox()).is_empty());
    }
}

#[test]
fn a_run_on_its_way_can_be_shown_and_all_else_is_an_error_while_the_server_refuses() {
    let team = Team::new();
    let waits = run(2, "a", "main");
    team.itself().save(&run(1, "a", "main")).unwrap();
    team.outbox().put(&Letter::of(&waits, &[SegmentId(4)], Made::Now, NAME)).unwrap();
    Latest::of(&team.checkout()).note(NAME, &waits.run.id).unwrap();
    let (mut shared, _) = team.seen(Server::Refusing);
    assert_eq!(shared.find(&RunRef::Latest(0), &()).unwrap(), waits);
    assert_eq!(shared.find(&RunRef::Runs(waits.run.id.clone()), &()).unwrap(), waits);
    assert!(shared.made_of(&[SegmentId(4)]).unwrap().contains_key(&SegmentId(4)));
    let error: UserError = shared.recent(&Filter::default(), 9).unwrap_err().into();
    assert!(error.problem.contains(NAME), "{error}");
    assert!(shared.find(&RunRef::Latest(1), &()).is_err());
    let renamed =
        shared.rename(&waits.run.id, &|names| Names { tags: vec!["gpu".into()], ..names.clone() });
    assert_eq!(renamed.unwrap().tags, ["gpu"]);
    let (shared, _) = team.seen(Server::Well);
    let ids = |query: &Query| -> Vec<String> {
        shared.entries(query).unwrap().into_iter().map(|entry| entry.id).collect()
    };
    let both = [run(1, "a", "main").run.id, waits.run.id.clone()];
    assert_eq!(ids(&Query::oldest(Filter::default(), 9)), both);
    assert_eq!(shared.find(&RunRef::Latest(1), &()).unwrap().run.id, both[0]);
    let tagged = Filter { tag: Some("gpu".into()), ..Filter::default() };
    assert_eq!(
        (ids(&Query::newest(tagged.clone(), 9)), shared.count(&tagged).unwrap()),
        (vec![both[1].clone()], 1)
    );
    let (mut shared, _) = team.seen(Server::Well);
    assert_eq!(shared.remove(&[&both[1]]).unwrap(), 1);
    assert!(team.outbox().ids().is_empty());
}

#[test]
fn latest_is_the_newest_of_this_checkout_and_the_one_before_is_of_its_series_and_branch() {
    let team = Team::new();
    let (mut shared, _) = team.seen(Server::Well);
    let save = |shared: &mut Shared, run: RunDocument| {
        shared.save_made_of(&run, &[], Made::Now).unwrap();
        run.run.id
    };
    // Nothing is noted: the newest of all.
    team.itself().save(&run(1, "a", "main")).unwrap();
    let latest = |shared: &Shared, back| shared.resolve(&RunRef::Latest(back), &()).map(|it| it.id);
    assert_eq!(latest(&shared, 0).unwrap(), run(1, "a", "main").run.id);
    save(&mut shared, run(2, "a", "main"));
    let own = save(&mut shared, run(5, "a", "main"));
    for (second, command, branch) in
        [(3, "b", "main"), (4, "a", "other"), (6, "a", "main"), (7, "b", "main")]
    {
        team.itself().save(&run(second, command, branch)).unwrap();
    }
    assert_eq!(latest(&shared, 0).unwrap(), own);
    assert_eq!(latest(&shared, 1).unwrap(), run(2, "a", "main").run.id);
    assert_eq!(latest(&shared, 2).unwrap(), run(1, "a", "main").run.id);
    let error = UserError::from(latest(&shared, 3).unwrap_err());
    assert_eq!(error.problem, "only 3 runs of `latest` are stored");
    let of_b = Filter { command: Some("b".into()), ..Filter::default() };
    assert_eq!(shared.own_newest(&of_b).unwrap().unwrap().id, run(7, "b", "main").run.id);
    // What somebody removed is no longer the latest.
    team.itself().remove(&[&own]).unwrap();
    assert_eq!(latest(&shared, 0).unwrap(), run(2, "a", "main").run.id);
}

#[test]
fn another_run_of_the_same_id_is_no_run_of_ours_and_both_stay() {
    let team = Team::new();
    let ours = run(1, "a", "main");
    let mut theirs = ours.clone();
    theirs.functions[0].calls += 1;
    team.itself().save(&theirs).unwrap();
    team.outbox().put(&Letter::of(&ours, &[], Made::Now, NAME)).unwrap();
    let (mut shared, post) = team.seen(Server::Well);
    shared.save_made_of(&run(2, "a", "main"), &[], Made::Now).unwrap();
    let problems = post.problems(&team.outbox());
    assert!(problems[0].contains("the store holds another run of this id"), "{problems:?}");
    assert_eq!(team.outbox().read(&ours.run.id).unwrap().unwrap().document, ours);
    assert_eq!(team.itself().load(&ours.run.id).unwrap(), theirs);
    // A letter for another store is nothing to this one.
    team.outbox().put(&Letter::of(&run(3, "a", "main"), &[], Made::Now, "other")).unwrap();
    shared.save_made_of(&run(4, "a", "main"), &[], Made::Now).unwrap();
    assert_eq!(team.stored().len(), 3);
}

#[test]
fn two_commands_at_once_store_each_run_once() {
    let team = Team::new();
    for second in 1..=20 {
        team.outbox().put(&Letter::of(&run(second, "a", "main"), &[], Made::Now, NAME)).unwrap();
    }
    let path: &Path = &team.checkout();
    thread::scope(|scope| {
        for second in 21..=24 {
            let open = team.open(Server::Well);
            scope.spawn(move || {
                let own = (Latest::of(path), Arc::default());
                let mut shared = Shared::new(NAME.into(), open, Outbox::of(path), own);
                shared.save_made_of(&run(second, "a", "main"), &[], Made::Now).unwrap();
            });
        }
    });
    assert_eq!((team.stored().len(), team.outbox().ids().len()), (24, 0));
}

#[test]
fn one_run_that_does_not_arrive_holds_up_no_other_and_two_in_a_row_are_the_stores_fault() {
    for (refused, stored) in [
        (&[(1_u32, true)][..], 3),
        (&[(1, false)], 3),
        (&[(1, false), (3, false)], 2),
        // The store is to blame: nothing more is tried.
        (&[(1, false), (2, false)], 0),
        // The runs are.
        (&[(1, true), (2, true), (4, true)], 1),
        // It has answered in between.
        (&[(1, false), (2, true), (3, false)], 1),
    ] {
        let team = Team::new();
        for second in 1..=3 {
            let letter = Letter::of(&run(second, "a", "main"), &[], Made::Now, NAME);
            team.outbox().put(&letter).unwrap();
        }
        let (shared, post) = team.seen(Server::Picky(refused));
        let mut shared = shared.within(Duration::from_secs(30));
        shared.save_made_of(&run(4, "a", "main"), &[], Made::Now).unwrap();
        let left = team.outbox().ids().len();
        assert_eq!((team.stored().len(), left), (stored, 4 - stored), "{refused:?}");
        let problems = post.problems(&team.outbox());
        assert!(problems.iter().any(|it| it.contains("picky")), "{problems:?}");
        assert_eq!(post.gave_up().is_some(), stored == 0, "{refused:?}");
    }
}
