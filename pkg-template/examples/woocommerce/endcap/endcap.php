<?php
/**
 * Plugin Name: endcap
 * Description: Recommendations that are ranked in the shopper's browser.
 * Requires at least: 6.5
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * License: MIT OR Apache-2.0
 */

defined( 'ABSPATH' ) || exit;

// Where the bundle and its cards are. Another address goes into wp-config.php.
defined( 'ENDCAP_BUNDLE' ) || define( 'ENDCAP_BUNDLE', content_url( 'uploads/endcap/cart.endcap' ) );
defined( 'ENDCAP_CARDS' ) || define( 'ENDCAP_CARDS', content_url( 'uploads/endcap/cards.endcap' ) );
defined( 'ENDCAP_EVENTS' ) || define( 'ENDCAP_EVENTS', '' );

// [endcap placement="cart" limit="4" heading="Goes well with it"]…what is shown where there is nothing to recommend…[/endcap]
add_shortcode( 'endcap', function ( $given, $content = '' ) {
	$set     = shortcode_atts( array( 'placement' => 'cart', 'limit' => '4', 'heading' => '' ), $given );
	$product = is_product() ? wc_get_product( get_queried_object_id() ) : null;
	wp_enqueue_script_module( 'endcap', plugins_url( 'endcap.js', __FILE__ ) );
	return sprintf(
		'<endcap-recommendations placement="%s" limit="%d" heading="%s"%s>%s</endcap-recommendations>',
		esc_attr( $set['placement'] ),
		(int) $set['limit'],
		esc_attr( $set['heading'] ),
		$product && $product->get_sku() ? ' product="' . esc_attr( $product->get_sku() ) . '"' : '',
		do_shortcode( $content )
	);
} );

// No nonce among them: pages are cached for longer than it lasts. The script takes it from the cart's answers.
add_action( 'wp_footer', function () {
	$settings = array( 'api' => rest_url( 'wc/store/v1/' ), 'bundle' => ENDCAP_BUNDLE, 'cards' => ENDCAP_CARDS, 'events' => ENDCAP_EVENTS );
	wp_print_inline_script_tag( wp_json_encode( $settings, JSON_HEX_TAG ), array( 'type' => 'application/json', 'id' => 'endcap-settings' ) );
} );

// What the page tells of its experiments stays with the session until there is an order.
add_action( 'woocommerce_blocks_loaded', function () {
	woocommerce_store_api_register_update_callback( array(
		'namespace' => 'endcap',
		'callback'  => function ( $data ) {
			$text = is_array( $data ) && isset( $data['attribute'] ) ? $data['attribute'] : null;
			if ( is_string( $text ) && strlen( $text ) <= 1000 && preg_match( '/^(?:1;[^;=\s]+(?:;[^;=\s]+=[^;=\s]+)*)?$/D', $text ) ) {
				WC()->session->set( 'endcap', endcap_joined( (string) WC()->session->get( 'endcap' ), $text ) );
			}
		},
	) );
} );

// Each page knows its own experiments only: what another page told of the same unit stays beside them, in the order of the names.
function endcap_joined( $before, $text ) {
	$known = explode( ';', $before );
	$told  = explode( ';', $text );
	if ( count( $told ) < 2 || array_slice( $known, 0, 2 ) !== array_slice( $told, 0, 2 ) ) {
		return $text;
	}
	$members = array();
	foreach ( array_merge( array_slice( $known, 2 ), array_slice( $told, 2 ) ) as $member ) {
		$members[ strstr( $member, '=', true ) ] = $member;
	}
	sort( $members, SORT_STRING );
	$joined = implode( ';', array_merge( array_slice( $told, 0, 2 ), $members ) );
	// Where they are too many together, what this page knows counts.
	return count( $members ) <= 32 && strlen( $joined ) <= 1000 ? $joined : $text;
}

function endcap_join_order( $order ) {
	$text = WC()->session ? WC()->session->get( 'endcap' ) : '';
	if ( $text ) {
		$order->update_meta_data( '_endcap', $text );
	}
}

// The checkout of the shortcode saves the order afterwards, that of the block need not.
add_action( 'woocommerce_checkout_create_order', 'endcap_join_order' );
add_action( 'woocommerce_store_api_checkout_update_order_meta', function ( $order ) {
	endcap_join_order( $order );
	$order->save();
} );
