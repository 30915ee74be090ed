/* SPDX-License-Identifier: Apache-2.0 */
/* The FileDescriptorSet that reflection serves, as protoc wrote it. */
    .section .rodata
    .balign 16
    .globl spk_descriptors_start
    .hidden spk_descriptors_start
spk_descriptors_start:
    .incbin SPK_DESCRIPTORS
    .globl spk_descriptors_end
    .hidden spk_descriptors_end
spk_descriptors_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
