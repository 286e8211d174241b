/* The YAML files of parser/catalog, byte for byte, so that the program needs
 * none of them where it runs. The build gives their folder with -Wa,-I. */
    .section .rodata

    .global catalog_core_begin, catalog_core_end
catalog_core_begin:
    .incbin "core.yaml"
catalog_core_end:

    .global catalog_simcom_http_begin, catalog_simcom_http_end
catalog_simcom_http_begin:
    .incbin "simcom-http.yaml"
catalog_simcom_http_end:

    .global catalog_simcom_cch_begin, catalog_simcom_cch_end
catalog_simcom_cch_begin:
    .incbin "simcom-cch.yaml"
catalog_simcom_cch_end:

    .global catalog_quectel_ssl_begin, catalog_quectel_ssl_end
catalog_quectel_ssl_begin:
    .incbin "quectel-ssl.yaml"
catalog_quectel_ssl_end:

    .section .note.GNU-stack, "", %progbits
