package io.walferry.kafka;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Writes in transactions, under a name by which the cluster knows its predecessors: whoever begins
 * last under a name ends them. A record that was sent is on its way; a failure of one shows with a
 * later call. After any failure the only call left is {@link #close}.
 *
 * <p>Belongs to one thread; {@link #close} may come from another one while a call waits.
 */
final class TransactionalProducer implements AutoCloseable {
  private static final Duration CLOSE_MAX = Duration.ofSeconds(10);

  private final KafkaProducer<byte[], byte[]> producer;
  private final String transactionalId;
  private final String where;
  private final Duration timeout;
  private final AtomicReference<Optional<Exception>> failed =
      new AtomicReference<>(Optional.empty());
  private volatile boolean open;

  /** Whether the cluster has ended the transaction, or cannot be asked to. */
  private volatile boolean lost;

  private Stopwatch sinceBegin;

  TransactionalProducer(KafkaClients clients, String transactionalId) {
    this.transactionalId = transactionalId;
    this.where = clients.display();
    this.timeout = clients.transactionTimeout();
    this.sinceBegin = Stopwatch.start(clients.clock());
    this.producer = clients.producer(transactionalId);
  }

  /**
   * Takes the name over: predecessors can commit no more, and what they have left open is aborted,
   * or committed if its commit was under way.
   */
  void takeOver() {
    call("take over the transactions " + transactionalId, producer::initTransactions);
  }

  /** Begins a transaction unless one is open. */
  void begin() {
    if (!open) {
      call("begin a transaction", producer::beginTransaction);
      open = true;
      sinceBegin = sinceBegin.restart();
    }
  }

  void send(ProducerRecord<byte[], byte[]> record) {
    begin();
    requireSent();
    call(
        "write topic " + record.topic(),
        () -> {
          var unused = producer.send(record, (metadata, failure) -> remember(failure));
        });
  }

  /** By the producer's own thread; nothing has failed where there is no exception. */
  private void remember(@Nullable Exception failure) {
    if (failure != null) {
      failed.compareAndSet(Optional.empty(), Optional.of(failure));
    }
  }

  /** Returns when everything that was sent is there, and visible. */
  void commit() {
    begin();
    requireSent();
    call("commit a transaction", producer::commitTransaction);
    open = false;
  }

  /** Nothing of the open transaction becomes visible. */
  void abort() {
    call("abort a transaction", producer::abortTransaction);
    open = false;
  }

  private void requireSent() {
    Optional<Exception> failure = failed.get();
    if (failure.isPresent()) {
      throw failure("write what was sent", failure.get());
    }
  }

  private void call(String action, Runnable call) {
    try {
      call.run();
    } catch (KafkaException | IllegalStateException e) {
      // A producer that was closed meanwhile says so by an IllegalStateException.
      throw failure(action, failed.get().orElse(e));
    }
  }

  private WalferryException failure(String action, Exception cause) {
    WalferryException failure =
        isEnded(cause) ? ended(action, cause) : KafkaErrors.translate(action, where, cause);
    lost |=
        isEnded(cause)
            || failure.code() == ErrorCode.DESTINATION_UNREACHABLE
            || failure.code() == ErrorCode.DESTINATION_REFUSED;
    return failure;
  }

  /**
   * Whether the cluster knows the transaction no more. Up to Kafka 4.3 a commit that meets a
   * transaction which the coordinator has aborted itself is an invalid state and not fenced
   * (KAFKA-20785).
   */
  private static boolean isEnded(Throwable failure) {
    Throwable cause = KafkaErrors.cause(failure);
    return cause instanceof ProducerFencedException
        || cause instanceof InvalidProducerEpochException
        || cause instanceof InvalidTxnStateException;
  }

  /**
   * The cluster has ended the transaction: for a successor, or because it took too long. Whether
   * there is a successor is for the position to say, which is read when the feed is opened again.
   */
  private WalferryException ended(String action, Exception cause) {
    Duration age = open ? sinceBegin.elapsed() : Duration.ZERO;
    if (age.compareTo(timeout) >= 0) {
      return new WalferryException(
          ErrorCode.DESTINATION_TRANSACTION_TOO_LONG,
          "could not %s at %s: a transaction may be open for %s, and this one was for %s"
              .formatted(action, where, timeout, age),
          cause);
    }
    return new WalferryException(
        ErrorCode.DESTINATION_BUSY,
        "could not %s at %s: the transactions %s were taken over, or ended by the cluster"
            .formatted(action, where, transactionalId),
        cause);
  }

  /** Drops what is not committed, so that consumers need not wait until it is too old. */
  @Override
  public void close() {
    boolean drop = open && !lost;
    try {
      if (drop) {
        abort();
      }
    } finally {
      boolean interrupted = Thread.interrupted();
      producer.close(drop ? CLOSE_MAX : Duration.ZERO);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
