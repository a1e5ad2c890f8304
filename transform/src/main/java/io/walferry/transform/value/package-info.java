/** What becomes of single values: hashed, masked, tokenised. Needs the JDK only. */
@NullMarked
package io.walferry.transform.value;

import org.jspecify.annotations.NullMarked;
