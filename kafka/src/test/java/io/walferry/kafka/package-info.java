/** The sink on a real broker. */
@NullMarked
package io.walferry.kafka;

import org.jspecify.annotations.NullMarked;
