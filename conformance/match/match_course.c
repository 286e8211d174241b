/* A case under way: its recording grows, and the ways that were undecided go on. */
#include "base/memory.h"
#include "match/match_internal.h"

#include <stdlib.h>

struct match_course {
    struct matcher matcher;
    const struct script_settings *settings;
    struct match_next next;
    size_t steps;      /* taken since it began                              */
    size_t item_count; /* of the recording, that were read                  */
};

/* The one way that all begin with. */
static void start(struct match_course *course)
{
    course->steps = 0;
    course->matcher.next = &course->next;
    course->matcher.steps = &course->steps;
    match_begin(&course->matcher, course->settings);
    match_keep_way(&course->matcher, &course->matcher.point);
}

struct match_course *match_course_new(const struct script_case *case_,
                                      const struct script_settings *settings,
                                      const struct match_urc *urcs, size_t urc_count)
{
    struct match_course *course = memory_new(1, sizeof *course);
    course->matcher =
        (struct matcher){.case_ = case_, .anywhere = urcs, .anywhere_count = urc_count};
    course->settings = settings;
    start(course);
    return course;
}

void match_course_free(struct match_course *course)
{
    if (course == NULL) return;
    match_end_all(&course->matcher);
    buffer_release(&course->next.bytes);
    free(course);
}

void match_course_restart(struct match_course *course)
{
    struct matcher *matcher = &course->matcher;
    match_end_all(matcher);
    *matcher = (struct matcher){.case_ = matcher->case_,
                                .anywhere = matcher->anywhere,
                                .anywhere_count = matcher->anywhere_count};
    course->item_count = 0;
    start(course);
}

const struct match_next *match_course_advance(struct match_course *course,
                                              const struct transcript *recording)
{
    struct matcher *matcher = &course->matcher;
    struct match_ways ways = matcher->ways;
    matcher->ways = (struct match_ways){0};
    matcher->partial = matcher->has_best = false;
    buffer_release(&course->next.bytes);
    course->next = (struct match_next){.stream_end = UINT64_MAX};
    match_read_segments(matcher, recording, course->item_count);
    course->item_count = recording->item_count;
    for (size_t i = 0; i < ways.count; i++) {
        match_take_way(matcher, ways.items[i]);
        match_run(matcher);
    }
    match_release_ways(&ways);
    if (match_is_given_up(matcher))
        match_give_up(matcher); /* its budget grows, but ways are lost */
    course->next.is_ambiguous = match_is_given_up(matcher);
    course->next.steps = course->steps;
    return &course->next;
}

void match_explain(const struct script_case *case_, const struct transcript *recording,
                   const struct script_settings *settings, const struct match_urc *urcs,
                   size_t urc_count, struct match_result *out)
{
    struct match_course *course = match_course_new(case_, settings, urcs, urc_count);
    const struct match_next *next = match_course_advance(course, recording);
    match_tell(&course->matcher, next->may_end && !next->is_ambiguous, out);
    match_course_free(course);
}

void match_render_line(const struct script_case *case_, const struct script_settings *settings,
                       const struct script_node *node, struct buffer *out)
{
    size_t steps = 0;
    struct matcher matcher = {.case_ = case_, .steps = &steps};
    match_begin(&matcher, settings);
    match_render_parts(&matcher, node, out);
    match_end_all(&matcher);
}
