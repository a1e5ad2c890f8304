/** Kafka as a destination: topics, transactions, and the position with its ledger. */
@NullMarked
package io.walferry.kafka;

import org.jspecify.annotations.NullMarked;
