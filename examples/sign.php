<?php
// Sign a URL of a private file without asking tintype. See docs/media.md.

/** $path begins with /media/ and is not encoded. */
function sign(string $key, string $path, array $parameters): string
{
    ksort($parameters, SORT_STRING);
    $query = http_build_query($parameters, '', '&', PHP_QUERY_RFC3986);
    $signed = implode('/', array_map('rawurlencode', explode('/', $path))) . '?' . $query;
    $signature = rtrim(strtr(base64_encode(hash_hmac('sha256', $signed, $key, true)), '+/', '-_'), '=');
    return "$signed&signature=$signature";
}

$key = base64_decode('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=');
foreach ([
    ['/media/core_media/2025/12/22/wallpaper.jpg', ['expires' => '1766430000'], 'jHGbS2m2YU66_d9-OvuUM9a6eXX6yy9ZmqEg1_wWIK8'],
    ['/media/core_media/2025/12/22/عکس_1.jpg', ['expires' => '1766430000', 'download' => 'عکس 1.jpg'], 'Pjjucr_Flj6WbpvS4j9FlvdjUEtfeZr4TSKNHIafHuQ'],
    ['/media/core_media/2025/12/22/a~b-c.d_e.txt', ['expires' => '1766430000', 'download' => ''], 'tL7C7P_ByfEBkdTTg_ltUCZQnIOZS-VpUGe9mKwgm-M'],
] as [$path, $parameters, $expected]) {
    if (!str_ends_with(sign($key, $path, $parameters), "&signature=$expected")) {
        exit("wrong signature of $path\n");
    }
}
echo sign($key, '/media/core_media/2025/12/22/wallpaper.jpg', ['expires' => (string) (time() + 3600)]), "\n";
