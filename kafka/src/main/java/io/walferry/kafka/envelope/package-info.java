/** What a record's key and value say of a change; pure. */
@NullMarked
package io.walferry.kafka.envelope;

import org.jspecify.annotations.NullMarked;
