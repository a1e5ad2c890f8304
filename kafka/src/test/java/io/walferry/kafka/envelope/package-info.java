/** What values become. */
@NullMarked
package io.walferry.kafka.envelope;

import org.jspecify.annotations.NullMarked;
