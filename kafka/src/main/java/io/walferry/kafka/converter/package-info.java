/** Records in the forms that converters of Kafka Connect make, such as Avro and Protobuf. */
@NullMarked
package io.walferry.kafka.converter;

import org.jspecify.annotations.NullMarked;
