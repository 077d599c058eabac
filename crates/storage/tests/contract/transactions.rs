//! All or nothing, as if alone.

use crate::support::*;
use fhir::datetime::Period;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use storage::{Client, Fault, Probe, Store, StoreError, Transaction};

pub async fn an_error_of_the_work_rolls_everything_back(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let unit = store.write(|transaction| {
        write_a_little_of_everything(transaction)?;
        Err::<(), _>(StoreError::TimedOut)
    });
    assert!(matches!(unit.await, Err(StoreError::TimedOut)));
    assert!(is_untouched(&store).await);
}

/// Uses every kind of writing.
fn write_a_little_of_everything(transaction: &mut dyn Transaction) -> Result<(), StoreError> {
    let index = [
        key(CODE, 1),
        key(CODE, 2),
        text(NAME, "ann"),
        span(DATE, 5, 9),
        quantity(OTHER, 1, 5.0, 5.0),
        quantity(OTHER, 1, 5.0, 9.0),
    ];
    put_in(transaction, "new", &index, &[hold(7, 0, 10)])?;
    put_in(transaction, "old", &index, &[hold(7, 20, 30)])?;
    transaction.replace_index(TYPE, "new", &index[1..], &[hold(7, 40, 50)])?;
    transaction.search(&all().and(keys(CODE, &[2])))?;
    delete_in(transaction, "old")?;
    transaction.put_client(&a_client())?;
    transaction.put_setting("name", "value")?;
    put_in(transaction, "last", &index, &[])?;
    Ok(())
}

fn a_client() -> Client {
    Client {
        id: "client".into(),
        name: "Client".into(),
        secret_salt: vec![1, 2],
        secret_hash: [3; 32],
        scopes: "system/*.read".into(),
        created: 4,
    }
}

/// Whether there is nothing but, perhaps, the first version of `old`.
async fn is_untouched(store: &Store) -> bool {
    let untouched = store.read(|reader| {
        let old = reader.resource(TYPE, "old")?;
        Ok::<_, StoreError>(
            reader.resource(TYPE, "new")?.is_none()
                && reader.resource(TYPE, "last")?.is_none()
                && old.is_none_or(|old| old.version == 1)
                && reader.client("client")?.is_none()
                && reader.setting("name")?.is_none()
                && reader.holds(7, Period { from: 0, to: 100 }, 9)?.is_empty()
                && reader.search(&all().and(keys(CODE, &[1, 2])))?.resources.is_empty()
                && reader
                    .search(&all().and(spans(DATE, &[search::SpanTest::EndsAfter(0)])))?
                    .resources
                    .is_empty()
                && reader
                    .search(&all().and(numbers(OTHER, 1, &[search::NumberTest::EndsFrom(0.0)])))?
                    .resources
                    .is_empty(),
        )
    });
    untouched.await.unwrap()
}

pub async fn a_unit_sees_its_own_writes(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "old", vec![key(CODE, 1)]).await;
    let unit = store.write(|transaction| {
        put_in(transaction, "new", &[key(CODE, 1)], &[hold(7, 0, 10)])?;
        put_in(transaction, "old", &[key(CODE, 2)], &[])?;
        let found =
            |matches: storage::Matches| matches.resources.into_iter().map(|v| v.id).collect::<Vec<_>>();
        assert_eq!(found(transaction.search(&all().and(keys(CODE, &[1])))?), ["new"]);
        assert_eq!(found(transaction.search(&all().and(keys(CODE, &[2])))?), ["old"]);
        assert_eq!(transaction.holds(7, Period { from: 9, to: 10 }, 9)?.len(), 1);
        assert_eq!(transaction.resource(TYPE, "old")?.unwrap().version, 2);
        put_in(transaction, "newer", &[key(CODE, 1)], &[])?;
        assert_eq!(found(transaction.search(&all().and(keys(CODE, &[1])))?), ["new", "newer"]);
        assert_eq!(transaction.count(TYPE)?, 3);
        delete_in(transaction, "new")?;
        assert_eq!(found(transaction.search(&all().and(keys(CODE, &[1])))?), ["newer"]);
        assert_eq!(transaction.count(TYPE)?, 2);
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
    assert_eq!(ids(&store, all()).await, ["old", "newer"]);
}

pub async fn a_failing_unit_between_good_ones_leaves_no_trace(fixture: Arc<Fixture>) {
    let store = fixture.open();
    // Queued at once, so that SQLite commits them together.
    let units = (0..30).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let fails = number % 3 == 1;
            let unit = store.write(move |transaction| {
                put_in(
                    transaction,
                    &format!("p{number}"),
                    &[key(CODE, 1), text(NAME, "x")],
                    &[hold(7, 0, 10)],
                )?;
                if fails { Err(StoreError::TimedOut) } else { Ok(()) }
            });
            assert_eq!(unit.await.is_err(), fails);
        })
    });
    for unit in units.collect::<Vec<_>>() {
        unit.await.unwrap();
    }
    assert_eq!(matching(&store, keys(CODE, &[1])).await.len(), 20);
    assert_eq!(store.read(|reader| reader.count(TYPE)).await.unwrap(), 20);
    let held = store.read(|reader| reader.holds(7, Period { from: 0, to: 1 }, 99)).await.unwrap();
    assert_eq!(held.len(), 20);
    for number in 0..30 {
        let there = store.read_resource(TYPE, &format!("p{number}")).await.unwrap().is_some();
        assert_eq!(there, number % 3 != 1);
    }
}

pub async fn rows_that_a_failing_unit_pushed_into_the_tables_are_not_lost(fixture: Arc<Fixture>) {
    let store = fixture.open();
    // A search puts the rows of the units before it into the tables; if its unit then fails, they must stay.
    let units = (0..60).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let fails = number % 2 == 1;
            let unit = store.write(move |transaction| {
                put_in(transaction, &format!("p{number}"), &[key(CODE, 1)], &[])?;
                if fails {
                    transaction.search(&all().and(keys(CODE, &[1])))?;
                    put_in(transaction, &format!("q{number}"), &[key(CODE, 1)], &[])?;
                    transaction.search(&all().and(keys(CODE, &[1])))?;
                    return Err(StoreError::TimedOut);
                }
                Ok(())
            });
            assert_eq!(unit.await.is_err(), fails);
        })
    });
    for unit in units.collect::<Vec<_>>() {
        unit.await.unwrap();
    }
    assert_eq!(matching(&store, keys(CODE, &[1])).await.len(), 30);
}

pub async fn a_panicking_unit_is_answered_and_leaves_no_trace(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "old", vec![]).await;
    let unit = store.write(|transaction| {
        write_a_little_of_everything(transaction)?;
        if transaction.now() > 0 {
            panic!("on purpose");
        }
        Ok::<_, StoreError>(())
    });
    assert!(matches!(unit.await, Err(StoreError::Failed(_))));
    assert!(is_untouched(&store).await);
    let read = store.read(|reader| {
        reader.count(TYPE)?;
        if reader.count(TYPE)? == 1 {
            panic!("on purpose");
        }
        Ok::<_, StoreError>(())
    });
    assert!(matches!(read.await, Err(StoreError::Failed(_))));
    for number in 0..20 {
        put(&store, &format!("p{number}"), vec![]).await;
        assert_eq!(store.read(|reader| reader.count(TYPE)).await.unwrap(), number + 2);
    }
}

pub async fn breaking_any_statement_leaves_nothing_behind(fixture: Arc<Fixture>) {
    break_every_statement(&fixture, Fault::Failed, |error| matches!(error, StoreError::Failed(_))).await;
}

pub async fn a_full_disk_is_told_and_survived(fixture: Arc<Fixture>) {
    break_every_statement(&fixture, Fault::Full, |error| matches!(error, StoreError::Full(_))).await;
}

async fn break_every_statement(fixture: &Fixture, fault: Fault, expected: impl Fn(&StoreError) -> bool) {
    let store = fixture.open();
    put(&store, "old", vec![]).await;
    let probe: &Probe = &fixture.probe;
    for n in 1.. {
        probe.break_statement(n, fault);
        let done = store.write(write_a_little_of_everything).await;
        let missed = probe.mend();
        match done {
            Err(error) => assert!(expected(&error), "statement {n}: {error:?}"),
            Ok(()) => {
                assert!(missed, "statement {n} failed, and nobody was told");
                assert!(n > 20, "the unit has only {n} statements");
                break;
            }
        }
        assert!(is_untouched(&store).await, "something is left after statement {n} failed");
    }
    assert!(!is_untouched(&store).await);
    assert_eq!(matching(&store, keys(CODE, &[2])).await, ["new", "last"]);
}

pub async fn a_unit_that_overlooks_a_failure_is_not_kept(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let probe = fixture.probe.clone();
    let unit = store.write(move |transaction| {
        put_in(transaction, "a", &[], &[])?;
        probe.break_statement(1, Fault::Failed);
        let _ = transaction.put_setting("name", "value");
        put_in(transaction, "b", &[], &[]).or(Ok::<_, StoreError>(version(transaction, "b", 1)))
    });
    assert!(matches!(unit.await, Err(StoreError::Failed(_))));
    assert_eq!(store.read(|reader| reader.count(TYPE)).await.unwrap(), 0);
}

pub async fn of_many_that_check_and_then_insert_exactly_one_wins(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for round in 0..20_u64 {
        let wins = Arc::new(AtomicU32::new(0));
        let units = (0..64_i64).map(|number| {
            let (store, wins) = (store.clone(), wins.clone());
            tokio::spawn(async move {
                // Unequal intervals, all over the hundredth minute.
                let period = Period { from: 100 - number, to: 101 + number * 2 };
                let booked = store.write(move |transaction| {
                    if !transaction.holds(round, period, 1)?.is_empty() {
                        return Ok(false);
                    }
                    let held = search::Hold { holder: round, period };
                    put_in(transaction, &format!("r{round}-{number}"), &[key(CODE, round)], &[held])?;
                    Ok::<_, StoreError>(true)
                });
                if booked.await.unwrap() {
                    wins.fetch_add(1, Ordering::SeqCst);
                }
            })
        });
        for unit in units.collect::<Vec<_>>() {
            unit.await.unwrap();
        }
        assert_eq!(wins.load(Ordering::SeqCst), 1, "round {round}");
        assert_eq!(matching(&store, keys(CODE, &[round])).await.len(), 1, "round {round}");
    }
}

pub async fn concurrent_increments_all_count(fixture: Arc<Fixture>) {
    let store = fixture.open();
    store.write(|transaction| transaction.put_setting("count", "0")).await.unwrap();
    let units = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut done = 0;
            for _ in 0..25 {
                let unit = store.write(|transaction| {
                    let count: u32 = transaction.setting("count")?.unwrap().parse().unwrap();
                    transaction.put_setting("count", &(count + 1).to_string())
                });
                match unit.await {
                    Ok(()) => done += 1,
                    Err(error) => assert!(matches!(error, StoreError::Conflict), "{error:?}"),
                }
            }
            done
        })
    });
    let mut done = 0;
    for unit in units.collect::<Vec<_>>() {
        done += unit.await.unwrap();
    }
    let count = store.read(|reader| reader.setting("count")).await.unwrap().unwrap();
    assert_eq!(count, done.to_string());
    assert!(done > 150, "only {done} of 200 were serialised");
}

pub async fn concurrent_first_versions_are_conflicts_for_all_but_one(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for round in 0..10 {
        let units = (0..16).map(|_| {
            let store = store.clone();
            let id = format!("p{round}");
            tokio::spawn(async move {
                let unit = store.write(move |transaction| {
                    let version = version(transaction, &id, 1);
                    transaction.put(storage::NewVersion {
                        version: &version,
                        rest: None,
                        index: &[],
                        holds: &[],
                    })
                });
                match unit.await {
                    Ok(()) => 1,
                    Err(StoreError::Conflict) => 0,
                    Err(error) => panic!("{error:?}"),
                }
            })
        });
        let mut wins = 0;
        for unit in units.collect::<Vec<_>>() {
            wins += unit.await.unwrap();
        }
        assert_eq!(wins, 1, "round {round}");
    }
}

pub async fn a_read_sees_one_moment(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 1)]).await;
    let (reached, wait) = std::sync::mpsc::channel();
    let (go, gone) = std::sync::mpsc::channel();
    let read = {
        let store = store.clone();
        tokio::spawn(async move {
            let read = store.read(move |reader| {
                let before = (reader.resource(TYPE, "a")?, reader.count(TYPE)?);
                reached.send(()).unwrap();
                gone.recv_timeout(Duration::from_secs(20)).unwrap();
                assert_eq!((reader.resource(TYPE, "a")?, reader.count(TYPE)?), before);
                assert_eq!(reader.search(&all().and(keys(CODE, &[1])))?.resources.len(), 1);
                Ok::<_, StoreError>(())
            });
            read.await
        })
    };
    wait.recv_timeout(Duration::from_secs(20)).unwrap();
    put(&store, "a", vec![]).await;
    put(&store, "b", vec![key(CODE, 1)]).await;
    go.send(()).unwrap();
    read.await.unwrap().unwrap();
}

pub async fn a_write_whose_caller_has_left_may_be_skipped_but_not_halved(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for number in 0..50 {
        let unit = store.write(move |transaction| {
            put_in(transaction, &format!("a{number}"), &[key(CODE, number)], &[])?;
            put_in(transaction, &format!("b{number}"), &[key(CODE, number)], &[])
        });
        let _ = tokio::time::timeout(Duration::from_micros(number * 40), unit).await;
    }
    put(&store, "last", vec![]).await;
    // On PostgreSQL another worker may still be at it.
    tokio::time::sleep(Duration::from_millis(200)).await;
    for number in 0..50 {
        let found = matching(&store, keys(CODE, &[number])).await.len();
        assert!(found == 0 || found == 2, "{number}: {found}");
    }
}
