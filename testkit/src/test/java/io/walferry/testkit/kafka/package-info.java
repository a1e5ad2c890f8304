/** What a broker of our own does. */
@NullMarked
package io.walferry.testkit.kafka;

import org.jspecify.annotations.NullMarked;
