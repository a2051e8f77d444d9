// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

/** Something is wrong at one place of a configuration document. The message begins with the place. */
final class DocumentException extends Exception {
    private static final long serialVersionUID = 1L;

    DocumentException(String message) {
        super(message);
    }
}
