package io.walferry.pipeline;

import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.SourceText;
import io.walferry.sink.Sink;
import io.walferry.stream.ReplicationConnection;
import io.walferry.time.NanoClock;
import java.sql.Connection;

/**
 * What one attempt has open.
 *
 * @param sql to the source, in autocommit mode
 * @param text judges text of the source that may not be UTF-8
 * @param clock the clock that the attempt waits by
 */
record FeedEnds(
    PostgresConnector source,
    ReplicationConnection replication,
    Connection sql,
    Sink sink,
    SourceText text,
    NanoClock clock) {}
