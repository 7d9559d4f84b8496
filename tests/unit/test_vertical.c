/* test_vertical.c: whose facts are whose, and that each list means what it says. */
#include "support/expect.h"

#include "workspace/workspace.h"

#include <string.h>

static const char portolan_yaml[] = "company: Test\ncurrency: EUR\nzone: Europe/Berlin\n";

static ptl_status parse(ptl_workspace *out, const char *verticals, ptl_error *err)
{
    const ptl_config_file files[] = {
        {.path = "people/verticals.yaml", .content = ptl_text_of(verticals)},
        {.path = "portolan.yaml", .content = ptl_text_of(portolan_yaml)}};
    return ptl_workspace_parse(out, "/nowhere", files, 2, NULL, err);
}

static void lists_allow(void **state)
{
    (void)state;
    ptl_workspace w;
    ptl_error err = {0};
    EXPECT_OK(parse(&w,
                    "- {name: gifts, owner: A, products: [\"box-*\"], media: [Retargeting]}\n"
                    "- {name: north, owner: B, geos: [Norway, Sweden], channels: [search]}\n"
                    "- {name: home, owner: C, geos: [Norway]}\n",
                    &err));
    EXPECT_INT(w.n_verticals, 3);
    /* a list allows what it names, case ignored; a vertical without the list allows everything */
    EXPECT_INT((int64_t)ptl_workspace_verticals(&w, PTL_VERTICAL_PRODUCTS, PTL_TEXT("BOX-12")), 7);
    EXPECT_INT((int64_t)ptl_workspace_verticals(&w, PTL_VERTICAL_PRODUCTS, PTL_TEXT("tea")), 6);
    EXPECT_INT((int64_t)ptl_workspace_verticals(&w, PTL_VERTICAL_PRODUCTS, PTL_TEXT("")), 6);
    EXPECT_INT((int64_t)ptl_workspace_verticals(&w, PTL_VERTICAL_GEOS, PTL_TEXT("norway")), 7);
    EXPECT_INT((int64_t)ptl_workspace_verticals(&w, PTL_VERTICAL_GEOS, PTL_TEXT("Sweden")), 3);
    EXPECT_INT((int64_t)ptl_workspace_verticals(&w, PTL_VERTICAL_CHANNELS, PTL_TEXT("mail")), 5);
    /* media are named, never allowed by default */
    EXPECT_INT((int64_t)ptl_workspace_verticals(&w, PTL_VERTICAL_MEDIA, PTL_TEXT("Retargeting")),
               1);
    EXPECT_INT((int64_t)ptl_workspace_verticals(&w, PTL_VERTICAL_MEDIA, PTL_TEXT("Brand")), 0);
    assert_non_null(ptl_workspace_vertical(&w, PTL_TEXT("north")));
    assert_null(ptl_workspace_vertical(&w, PTL_TEXT("North")));
    assert_string_equal(ptl_workspace_vertical(&w, PTL_TEXT("home"))->owner, "C");
    ptl_workspace_dispose(&w);
}

static void faults_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *says;
    } cases[] = {{"- {name: a, owner: A}\n", "channels"},
                 {"- {name: a, geos: [X]}\n", "owner"},
                 {"- {name: a, owner: A, geos: [X]}\n- {name: a, owner: B, geos: [Y]}\n",
                  "each vertical once"},
                 {"- {name: a, owner: A, geos: [X], places: [X]}\n", "places"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ptl_workspace w;
        ptl_error err = {0};
        assert_int_equal(parse(&w, cases[i].yaml, &err), PTL_E_INVALID);
        if (!strstr(err.message, cases[i].says))
            fail_msg("%s: \"%s\" does not say %s", cases[i].yaml, err.message, cases[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_allow),
                                       cmocka_unit_test(faults_are_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
