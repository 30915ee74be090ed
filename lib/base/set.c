/* SPDX-License-Identifier: Apache-2.0 */
#include "base/set.h"

#include <string.h>

/*
 * An AA tree: a node's left child is one level below it, its right child at most as high, its
 * right grandchild lower.
 *
 * @source Arne Andersson, Balanced search trees made simple, 1993
 */
static struct spk_set_node *skew(struct spk_set_node *node)
{
    struct spk_set_node *left = node->left;

    if (!left || left->level != node->level)
        return node;
    node->left = left->right;
    left->right = node;
    return left;
}

static struct spk_set_node *split(struct spk_set_node *node)
{
    struct spk_set_node *right = node->right;

    if (!right || !right->right || right->right->level != node->level)
        return node;
    node->right = right->left;
    right->left = node;
    right->level++;
    return right;
}

/* Recursion is as deep as the tree: twice the logarithm of its size at most. */
static struct spk_set_node *insert(struct spk_set_node *node, struct spk_set_node *leaf)
{
    if (!node)
        return leaf;
    if (strcmp(leaf->text, node->text) < 0)
        node->left = insert(node->left, leaf);
    else
        node->right = insert(node->right, leaf);
    return split(skew(node));
}

bool spk_set_add(struct spk_set *set, const char *text)
{
    if (spk_set_has(set, text))
        return false;
    struct spk_set_node *leaf = spk_alloc(set->arena, sizeof(*leaf));

    leaf->text = text;
    leaf->level = 1;
    set->root = insert(set->root, leaf);
    return true;
}

bool spk_set_has(const struct spk_set *set, const char *text)
{
    const struct spk_set_node *node = set->root;

    while (node) {
        spk_spend(set->arena, 1);
        int order = strcmp(text, node->text);

        if (order == 0)
            return true;
        node = order < 0 ? node->left : node->right;
    }
    return false;
}
