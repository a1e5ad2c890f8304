/** Kafka brokers of our own, each in a JVM of its own. */
@NullMarked
package io.walferry.testkit.kafka;

import org.jspecify.annotations.NullMarked;
