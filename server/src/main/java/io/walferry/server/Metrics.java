package io.walferry.server;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot.StateSetDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** The states of pipelines as metrics; their names are what dashboards and alarms rely on. */
final class Metrics {
  private static final String PIPELINE = "pipeline";
  private static final double NANOS_PER_SECOND = 1e9;

  private final List<PipelineState> states;

  private Metrics(List<PipelineState> states) {
    this.states = states;
  }

  static MetricSnapshots of(List<PipelineState> states, String version) {
    Metrics metrics = new Metrics(states);
    List<MetricSnapshot> snapshots = new ArrayList<>();
    snapshots.add(build(version));
    snapshots.add(metrics.phases());
    snapshots.add(
        metrics.counter("rows_loaded", "Existing rows that were read.", PipelineState::rowsLoaded));
    snapshots.add(
        metrics.counter(
            "transactions",
            "Source transactions that every destination has.",
            PipelineState::transactions));
    snapshots.add(
        metrics.counter(
            "changes", "Changes of rows that every destination has.", PipelineState::changes));
    snapshots.add(
        metrics.counter(
            "retries",
            "How often a pipeline has begun again, or to receive again.",
            PipelineState::retries));
    snapshots.add(metrics.refused());
    snapshots.add(metrics.lastCommit());
    snapshots.add(metrics.lag());
    snapshots.add(metrics.durable());
    return new MetricSnapshots(snapshots);
  }

  private static InfoSnapshot build(String version) {
    return InfoSnapshot.builder()
        .name("walferry_build")
        .help("The version that runs.")
        .dataPoint(InfoDataPointSnapshot.builder().labels(Labels.of("version", version)).build())
        .build();
  }

  private StateSetSnapshot phases() {
    StateSetSnapshot.Builder metric =
        StateSetSnapshot.builder().name("walferry_phase").help("What a pipeline does.");
    for (PipelineState state : states) {
      StateSetDataPointSnapshot.Builder point =
          StateSetDataPointSnapshot.builder().labels(of(state));
      for (PipelineState.Phase phase : PipelineState.Phase.values()) {
        point.state(phase.name().toLowerCase(Locale.ROOT), phase == state.phase());
      }
      metric.dataPoint(point.build());
    }
    return metric.build();
  }

  private CounterSnapshot counter(String name, String help, ToLongFunction<PipelineState> value) {
    CounterSnapshot.Builder metric = CounterSnapshot.builder().name("walferry_" + name).help(help);
    for (PipelineState state : states) {
      metric.dataPoint(point(value.applyAsLong(state), of(state)));
    }
    return metric.build();
  }

  private CounterSnapshot refused() {
    CounterSnapshot.Builder metric =
        CounterSnapshot.builder()
            .name("walferry_refused_changes")
            .help("Changes that a destination did not take, by what became of them.");
    for (PipelineState state : states) {
      for (Map.Entry<String, Long> count : new TreeMap<>(state.refused()).entrySet()) {
        metric.dataPoint(
            point(count.getValue(), Labels.of(PIPELINE, state.name(), "became", count.getKey())));
      }
    }
    return metric.build();
  }

  private static CounterDataPointSnapshot point(long value, Labels labels) {
    return CounterDataPointSnapshot.builder().value((double) value).labels(labels).build();
  }

  private GaugeSnapshot lastCommit() {
    GaugeSnapshot.Builder metric =
        GaugeSnapshot.builder()
            .name("walferry_last_commit_timestamp_seconds")
            .unit(Unit.SECONDS)
            .help(
                "When the newest transaction that every destination has committed at the source.");
    for (PipelineState state : states) {
      state.lastCommit().ifPresent(time -> metric.dataPoint(gauge(seconds(time), state)));
    }
    return metric.build();
  }

  private static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / NANOS_PER_SECOND;
  }

  /** What has ended as it was asked to falls behind nothing. */
  private GaugeSnapshot lag() {
    GaugeSnapshot.Builder metric =
        GaugeSnapshot.builder()
            .name("walferry_lag_seconds")
            .unit(Unit.SECONDS)
            .help("How long ago the source was where every destination is.");
    for (PipelineState state : states) {
      if (state.phase() != PipelineState.Phase.ENDED) {
        metric.dataPoint(gauge(state.lag().toNanos() / NANOS_PER_SECOND, state));
      }
    }
    return metric.build();
  }

  private GaugeSnapshot durable() {
    GaugeSnapshot.Builder metric =
        GaugeSnapshot.builder()
            .name("walferry_durable_lsn")
            .help("Up to which byte of the source's log every destination has everything.");
    for (PipelineState state : states) {
      state.durable().ifPresent(lsn -> metric.dataPoint(gauge((double) lsn.value(), state)));
    }
    return metric.build();
  }

  private static GaugeDataPointSnapshot gauge(double value, PipelineState state) {
    return GaugeDataPointSnapshot.builder().value(value).labels(of(state)).build();
  }

  private static Labels of(PipelineState state) {
    return Labels.of(PIPELINE, state.name());
  }
}
