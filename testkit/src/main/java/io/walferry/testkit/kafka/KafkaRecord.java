package io.walferry.testkit.kafka;

import java.util.Map;
import java.util.Optional;

/**
 * A record as a consumer gets it.
 *
 * @param value empty in a tombstone
 */
public record KafkaRecord(
    int partition, Optional<String> key, Optional<String> value, Map<String, String> headers) {}
